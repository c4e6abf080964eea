"""What pretraining brings: the rows of the table in notebook 10, by the notebook's own code.

    python tests/benchmarks/pretraining.py [--data DIR]

DIR holds ``train_signs.h5`` and ``test_signs.h5`` of photographs; without it their row is left out.
Each number is the mean over three choices of images, in per cent right on images of the same kind
as those that the network was tuned on; the lowest and the highest stand in brackets. Takes about
five minutes on two cores. Ends with one line and status 1 if a row has no number.
"""

import argparse
import json
import sys
from pathlib import Path

import numpy as np

sys.path.insert(0, str(Path(__file__).parents[1]))

from support.paths import SOLUTIONS

from resnet_lesson.lab.tensorflow_log import load_tensorflow
from resnet_lesson.signs import Signs, load_signs
from resnet_lesson.signs.drawn import TEST, TRAIN, VARIED, VARIED_TEST

CELLS = (
    *("import-lesson", "import-keras", "import-rest", "build-define", "weights-define", "many-run"),
    *("small-run", "cache-define", "freeze-define", "freeze-run", "start-define"),
)


def notebook_names():
    """What the cells of notebook 10 define that the comparison is made of."""
    text = (SOLUTIONS / "10-pretrained.ipynb").read_text(encoding="utf-8")
    sources = {cell["id"]: "".join(cell["source"]) for cell in json.loads(text)["cells"]}
    names = {"__name__": "notebook 10", "SIZE": 64, "QUICK": False, "signs": load_signs()}
    for cell in CELLS:
        exec(compile(sources[cell], cell, "exec"), names)
    return names


def pretrained(names, images, labels, test, epochs):
    """The notebook's small network, trained on many images."""
    names["keras"].utils.set_random_seed(0)
    network = names["imagenet_resnet"](names["IMAGE"], 6, **names["SMALL"])
    source = Signs(images, labels, *test, np.arange(6))
    options = {"batch_size": 64, "learning_rate": 0.002}
    names["train"](network, source, epochs=epochs, **options)
    return network


def row(names, network, signs, count=10):
    """Not tuned, head alone, all layers, from scratch: arrays of one or three shares."""
    curves, body = names["learning_curves"], names["features"]
    train, test = (signs.train_images, signs.train_labels), (signs.test_images, signs.test_labels)
    seen, others = ((body(network, images), labels) for images, labels in (train, test))
    head = names["keras"].Sequential

    def new_head():
        layers = names["Input"]((512,)), names["Dense"](6, activation="softmax")
        return head(list(layers))

    def start(source):
        return lambda: names["start_from"](source, **names["SMALL"])

    options = {"count": count, "prepare": lambda images: images / 255}
    return (
        np.array([[names["accuracy_of"](network, *test)]]),
        curves(new_head, seen, others, 0.005, count=count, moved=False),
        curves(start(network), train, test, 0.001, **options),
        curves(start(None), train, test, 0.002, **options),
    )


def in_words(curves):
    """The shares at the ends of curves, in per cent."""
    ends = 100 * curves[:, -1]
    if not np.isfinite(ends).all():
        sys.exit("pretraining: a share is no number")
    spread = f" ({ends.min():.0f}–{ends.max():.0f})" if len(ends) > 1 else ""
    return f"{ends.mean():.0f}{spread}"


def main(arguments=None):
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("--data", type=Path, metavar="DIR")
    data = parser.parse_args(arguments).data
    load_tensorflow()
    names = notebook_names()
    drawn = names["drawn"]
    wide = pretrained(names, *names["many"], drawn(VARIED_TEST), epochs=5)
    show("varied hands | 60 plain hands", row(names, wide, names["target"]))
    show("varied hands | 360 plain hands", row(names, wide, names["target"], count=60))
    if data:
        show("varied hands | 60 photographs", row(names, wide, load_signs(data)))
    narrow = pretrained(names, *drawn(TRAIN), drawn(TEST), epochs=12)
    varied = Signs(*drawn(VARIED[0]), *drawn(VARIED[1]), np.arange(6))
    show("1,080 plain hands | 60 varied hands", row(names, narrow, varied))


def show(title, numbers):
    print(f"| {title} | {' | '.join(map(in_words, numbers))} |", flush=True)


if __name__ == "__main__":
    main()

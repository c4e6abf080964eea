"""What an instructor can say about a kind of mistake: its name, and how to show it to a class."""

from resnet_lesson.grading.report.messages import place_in_words

# What is wrong with a place, to be read after its name.
WRONG = {
    "missing": "is missing",
    "extra": "should not be there",
    "order": "is out of its turn",
    "filters": "has the wrong number of filters",
    "kernel_size": "has the wrong window",
    "strides": "has the wrong stride",
    "padding": "has the wrong padding",
    "activation": "has the wrong activation",
    "initializer": "does not use the caller's initializer",
    "axis": "normalises along the wrong axis",
    "training": "does not follow the training argument",
    "operands": "joins the wrong tensors",
    "shared": "uses weights that belong to another place",
    "pool_size": "has the wrong window",
    "pool_kind": "takes the wrong kind of mean or maximum",
    "units": "has the wrong number of outputs",
    "block_kind": "is the wrong one of the two kinds of block",
    "block_count": "has the wrong number of blocks",
    "shape": "gives the wrong shape",
    "values": "gives other values",
}
# By ``what``, or by ``what`` and the last part of ``where``: the latter first.
TOMORROW = {
    "missing.conv": "Put the figure beside a printed list of layers and tick them off together: "
    "which convolution has no partner? Ask what each of the three is for: reduce, look around, "
    "restore.",
    "missing.bn": "Let the class print mean and spread of the values after each convolution, with "
    "and without BatchNorm, in a stack of five blocks.",
    "missing.relu": "Show that two convolutions in a row without a ReLU are one linear map: a "
    "product of two matrices on the board is enough.",
    "missing.output.relu": "Ask what the sum of both paths is without it: the next block begins "
    "with a convolution, so nothing bends between two blocks.",
    "missing.add": "Set all weights of the main path to zero and ask what should come out. With "
    "the addition it is the input; without it nothing is left.",
    "missing.shortcut.conv": "Write the shapes of both paths on the board just before the "
    "addition. Whoever tries to add them sees why the shortcut needs a convolution of its own.",
    "missing.shortcut.bn": "Compare the spread of both paths at the addition: without BatchNorm "
    "the shortcut speaks louder or softer than the main path.",
    "missing.pad": "Count pixels: 64 wide, a 7×7 window, stride 2, with and without a border of "
    "3 zeros.",
    "missing.pool": "Go through the table of shapes from the stem to the head and ask where "
    "height and width halve.",
    "missing.flatten": "Ask for the shape before the dense layer and what one image is there: a "
    "small map of vectors, or one vector.",
    "missing": "Go through the figure box by box, one student naming the box, the next one the "
    "line of code.",
    "shared": "Count the parameters of the block with `count_params()`: too few, because one layer "
    "was made once and called twice. Making a layer and calling it are two steps.",
    "extra.relu": "Put −2 into the end of the path and +3 into the shortcut: what should the sum "
    "be, and what is it after this ReLU?",
    "extra": "Ask of each layer in the code: which box of the figure is it? What has no box goes.",
    "order": "Follow one number through convolution, BatchNorm and ReLU in both orders: the ReLU "
    "cuts at another place.",
    "filters": "Write the channels over each arrow of the figure. F1 and F2 may be anything; F3 "
    "has to fit what comes over the shortcut.",
    "kernel_size": "Draw what one output pixel sees: one pixel, or f×f of them. The window in the "
    "middle is the caller's choice, so 3 in the code is wrong even when 3 comes out right.",
    "strides": "Let the class compute ⌈H/s⌉ for both paths with H = 7 and s = 2, then 3: a stride "
    "that stands as a number in the code no longer fits.",
    "padding": "Draw a 5×5 map and slide a 3×3 window over it: 3×3 places without padding, 5×5 "
    "with it. Only one of the two can be added to the input.",
    "activation.conv": "Ask where on the path values below zero are cut: only in the boxes that "
    "say ReLU, behind BatchNorm. A convolution of this lesson has no activation of its own.",
    "activation": "Sketch the function that was used beside the one that was asked for, and ask "
    "which values can never come out.",
    "initializer": "Build the block twice with the same seed and compare the outputs: equal only "
    "if every kernel is drawn by the initializer that the caller gave.",
    "axis": "Ask how many means BatchNorm keeps for a tensor of shape (N, H, W, C): one for each "
    "channel. Then print `len(layer.gamma)`.",
    "training": "Call one block with training=True and then False on the same batch: if nothing "
    "changes, the flag did not arrive at BatchNorm.",
    "operands": "Trace the variables on the board: what does X hold after the first line? The "
    "input has to be kept under another name before X is used again.",
    "merge": "Set the main path to zero and try each way of joining: an average halves the input, "
    "a product erases it, a concatenation doubles the channels; only the sum keeps it.",
    "pool_size": "Compute the size of the map before and after the pooling with both windows.",
    "pool_kind": "Take the four numbers 0, 0, 0, 8: the maximum is 8, the average 2. Ask which "
    "of the two the figure shows here, and why.",
    "units": "Ask what one output stands for: one class. With another number of classes the "
    "layer has to follow.",
    "block_kind": "Ask of each block: does the shape change here? If it does, the shortcut has to "
    "change it too; stage 2 is the trap, where only the channels change.",
    "block_count": "Count the blocks against the table 3, 4, 6, 3; a loop over range(n) after the "
    "first block makes one too many.",
    "shape": "Try the function with another size of image: what is written as a number in the code "
    "breaks here.",
    "values": "The layers look right, so look at how they are called: argument by argument.",
}
# Why a submission could not be graded, by ``what``, and what to do about it.
NOT_GRADED = {
    "syntax": "Python could not read it. The message names the line.",
    "import": "A package that it imports is not there.",
    "exception": "The code raised an exception. Many of one kind are worth five minutes in class.",
    "signature": "The function takes other arguments than the exercise asks for.",
    "wrong_type": "What was defined, or what it returns, is of another kind than asked for.",
    "timeout": "It did not end in time, most likely an endless loop.",
    "memory": "It needed more memory than it was given.",
    "crashed": "It ended the process that ran it.",
    "reference": "It hands in the lesson's own implementation. Look at it yourself.",
    "tampering": "It tried to write its own result. Look at it yourself.",
    "unrecognised": "The result is wrong, and the structure does not show why. Look at it "
    "yourself.",
}


def title(where, what, message):
    """A kind of mistake in one line, such as "The second convolution … has the wrong padding".

    Args:
        where, what: of a finding.
        message: of a finding of that kind; its first sentence names what is too many.
    """
    if what == "extra" and message:
        return message.partition(". ")[0].rstrip(".")
    if what == "merge":
        return "The two paths are joined otherwise than by an addition"
    said = f"{place_in_words(where)} {WRONG.get(what, what.replace('_', ' '))}"
    return said[:1].upper() + said[1:]


def tomorrow(where, what):
    """How to show a class what is wrong with a kind of mistake; empty if nothing is known."""
    path, _, kind = where.rpartition(".")
    keys = (f"{what}.{path.rpartition('.')[2]}.{kind}", f"{what}.{kind}", what)
    return next((TOMORROW[key] for key in keys if key in TOMORROW), "")

"""Answers to ``one_hot``."""

import keras
import numpy as np

from answers import right, wrong


@right("one_hot")
def rows_of_the_identity(labels, classes=6):
    return np.eye(classes)[labels]


@right("one_hot")
def a_loop(labels, classes=6):
    rows = np.zeros((len(labels), classes))
    for i in range(len(labels)):
        rows[i, labels[i]] = 1
    return rows


@right("one_hot")
def a_comparison(y, n_classes=6):
    return y.reshape(-1, 1) == np.arange(n_classes)


@right("one_hot")
def keras_has_it(labels, classes):
    return keras.ops.one_hot(labels, classes)


@right("one_hot")
def lists_in_a_list(labels, classes=6):
    return [[1 if k == label else 0 for k in range(classes)] for label in labels]


@right("one_hot")
def the_labels_are_overwritten(labels, classes=6):
    rows = np.zeros((labels.size, classes))
    rows[np.arange(labels.size), labels] = 1
    labels[:] = 0
    return rows


@wrong("one_hot", "submission", "transposed")
def a_column_for_each_image(labels, classes=6):
    columns = np.zeros((classes, len(labels)))
    columns[labels, range(len(labels))] = 1
    return columns


@wrong("one_hot", "submission", "off_by_one")
def counted_from_one(labels, classes=6):
    return np.eye(classes)[np.array(labels) - 1]


@wrong("one_hot", "submission", "class_count")
def as_many_as_occur(labels, classes=6):
    return keras.utils.to_categorical(labels)


@wrong("one_hot", "submission", "class_count")
def a_column_for_a_class_that_is_not_there(labels, classes=6):
    rows = np.zeros((len(labels), classes + 1))
    rows[np.arange(len(labels)), labels] = 1
    return rows


@wrong("one_hot", "submission", "inverted")
def unlike(labels, classes=6):
    return labels[:, None] != np.arange(classes)


@wrong("one_hot", "submission", "shape")
def one_row_for_all(labels, classes=6):
    row = np.zeros(classes)
    row[labels] = 1
    return row


@wrong("one_hot", "submission", "values")
def the_label_in_place_of_one(labels, classes=6):
    return np.eye(classes)[labels] * labels[:, None]


@wrong("one_hot", "submission", "wrong_type")
def no_return(labels, classes=6):
    np.eye(classes)[labels]


@wrong("one_hot", "submission", "signature")
def six_is_fixed(labels):
    return np.eye(6)[labels]


@wrong("one_hot", "submission", "wrong_type")
def words(labels, classes=6):
    return [f"class {label}" for label in labels]

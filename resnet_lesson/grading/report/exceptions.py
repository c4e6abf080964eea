"""Exceptions in words: what was raised, at which line of the learner's, and what causes it."""

import re

# A layer that is made with a tensor in its first brackets, and what Keras then says of tensors.
MADE_WITH_A_TENSOR = re.compile(
    r"\b((?:Global)?(?:Average|Max)Pool\w*|Activation|ReLU|LeakyReLU|Softmax|BatchNormalization|"
    r"Flatten|Dense|Dropout|Conv2D|ZeroPadding2D|Add)\((?![^()]*\)\()[^()]*\b[Xx]\w*[,)]"
)
SYMBOLIC = re.compile(r"<KerasTensor|<kerastensor|KerasTensor|multiple values|positional argument")
MADE_FIRST = (
    "`{0}` is made with a tensor between its first brackets. A layer is made first and then "
    "called: the tensor belongs between a second pair of brackets, behind the one that makes the "
    "layer."
)
# Each: what the exception says, and its cause in the learner's terms.
TRANSLATIONS = (
    (
        r"cannot unpack non-iterable (\w+) object",
        "On the right of `=` stands one value of type {0}, which cannot be taken apart into "
        "several: are two arguments in the wrong order?",
    ),
    (
        r"cannot be used as a boolean",
        "A tensor stands where True, False or a number is needed: are two arguments in the wrong "
        "order, or is a tensor compared in an `if`?",
    ),
    (
        r"Iterating over a symbolic KerasTensor",
        "A tensor stands where several numbers are needed: are two arguments in the wrong order?",
    ),
    (
        r"Sequential.*(takes|positional|list|iterable)",
        "`Sequential` takes one list of layers: square brackets, and no star before it.",
    ),
    (
        r"(not enough|too many) values to unpack",
        "The number of names on the left is not the number of values on the right: "
        "`filters` holds three numbers, F1, F2 and F3.",
    ),
    (
        r"incompatible shapes|Operands could not be broadcast|must have the same shape|broadcast",
        "Two tensors of different shape meet. An addition needs both paths to have the "
        "same height, width and number of channels: print the shapes of both just before "
        "it.",
    ),
    (
        r"KerasTensor cannot be used as input to a TensorFlow function|Cannot convert a symbolic",
        "A TensorFlow function was given a symbolic tensor. While a model is being built,"
        " use a Keras layer or `keras.ops` instead.",
    ),
    (
        r"missing 1 required positional argument: 'pool_size'",
        "A pooling layer needs its window: pool_size.",
    ),
    (
        r"missing \d+ required positional arguments?: ('\w+'.*)",
        "Not given, or given under a name that is spelt otherwise: {0}.",
    ),
    (
        r"(unexpected keyword argument|Unrecognized keyword arguments).*training",
        "`training` belongs to the call of BatchNorm, `BatchNormalization(...)(X, "
        "training=...)`, and to no other layer.",
    ),
    (
        r"should be called on a list of|too many positional arguments",
        "A layer is called with one argument. For an addition that is one list: both tensors go "
        "between square brackets.",
    ),
    (
        r"__init__\(\) takes 1 positional argument",
        "A layer is made first and then called: the tensors belong between a second pair of "
        "brackets, behind the one that makes the layer.",
    ),
    (
        r"passed as a keyword argument: <(\w+) name=",
        "`{0}` was made but not called with a tensor: it takes a second pair of brackets.",
    ),
    (
        r"Only input tensors may be passed as positional arguments",
        "A layer is called with tensors; everything else is given by name, as in `training=...`.",
    ),
    (
        r"Layer.*expects.*input|expected (min_)?ndim",
        "A layer was given something else than one tensor of shape (N, H, W, C).",
    ),
    (
        r"output size would be zero or negative|Negative dimension",
        "The window is larger than what is left of the image: check strides and padding "
        "of the layers before this line.",
    ),
    (
        r"name '(\w+)' is not defined",
        "The name `{0}` is not known here: is it imported, and spelt the same way?",
    ),
    (
        r"(referenced before assignment|cannot access local variable)",
        "A variable is used before it has a value: check the names step by step.",
    ),
    (
        r"KerasTensor is symbolic|'KerasTensor' object has no attribute",
        "While a model is being built, a tensor has a shape but no values yet: use Keras layers "
        "or `keras.ops`, which wait for the values.",
    ),
    (
        r"`inputs` values must be KerasTensors",
        "The function is called with values too, not only while a model is being built: layers "
        "can be called with both.",
    ),
    (
        r"Unrecognized keyword arguments|unexpected keyword argument",
        "Nothing of that name is known there: check the spelling.",
    ),
    (
        r"Could not interpret activation function",
        "Keras knows no activation of that name: check the spelling, capitals included.",
    ),
    (
        r"must be a tuple of \d integers|must be an integer",
        "Windows and strides are one whole number, or two: one for the height, one for the width.",
    ),
    (
        r"not supported between instances of '\w*[Ll]ist' and 'int'",
        "One number is needed here, but a list was given: which of its numbers is meant?",
    ),
    (
        r"pop from empty list",
        "The list is the caller's, who needs it again: read its numbers, do not take them out.",
    ),
    (
        r"Invalid dtype: function|operand type.*'(function|type)'",
        "A function stands where a tensor is needed: it has to be called first.",
    ),
    (
        r"forgot to call `super\(\)",
        "The first line of `__init__` has to be `super().__init__(**kwargs)`: it prepares the "
        "object to keep layers.",
    ),
    (
        r"cannot add new elements of state",
        "Layers belong into `__init__` or `build`; `call` only calls them.",
    ),
    (
        r"maximum recursion depth exceeded",
        "The function calls itself without an end. A block is made of layers.",
    ),
    (
        r"'NoneType' object",
        "Something is None where a tensor or layer is expected: does a function lack its `return`?",
    ),
)


def translate(failure):
    """What an exception means in the learner's terms, with their own line.

    Args:
        failure: `resnet_lesson.grading.judge.observation.Failure`.

    Returns:
        Text.
    """
    lines = failure.message.strip().splitlines() or [""]
    said = re.split(r"(?<=[.!?]) (?=[A-Z])", lines[0])[0]  # Keras goes on for paragraphs
    where = (
        f"Line {failure.number} of your code, `{failure.line}`, " if failure.line else "Your code "
    )
    cause = failure.hint or _cause(failure)
    said = said if said.endswith((".", "!", "?")) else f"{said}."
    return f"{where}raised {failure.error}: {said} {cause}".strip()


def _cause(failure):
    """The cause of an exception in the learner's terms, by its text and by the line; or ""."""
    made_with_a_tensor = MADE_WITH_A_TENSOR.search(failure.line)
    if made_with_a_tensor and SYMBOLIC.search(failure.message):
        return MADE_FIRST.format(made_with_a_tensor[1])
    for pattern, text in TRANSLATIONS:
        match = re.search(pattern, failure.message)
        if match:
            return text.format(*match.groups())
    return ""


def consequence(failure):
    """An exception that follows from a difference already named, in one sentence."""
    where = f"line {failure.number}, `{failure.line}`, " if failure.line else "your code "
    return f"It follows from the above that {where}raised {failure.error}."

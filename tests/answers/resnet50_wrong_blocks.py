"""Wrong answers to ``ResNet50``: the table is right, but blocks of the learner's own are not."""

from keras import Input, Model, Sequential
from keras.initializers import GlorotUniform
from keras.layers import (
    Activation,
    Add,
    AveragePooling2D,
    BatchNormalization,
    Concatenate,
    Conv2D,
    Dense,
    Flatten,
    MaxPooling2D,
    ReLU,
    SeparableConv2D,
    ZeroPadding2D,
)

from answers import wrong
from answers.own_blocks import STAGES, convolutional_block, identity_block


def network(input_shape, classes, convolutional=convolutional_block, identity=identity_block):
    """The network around a learner's blocks, as notebook 04 asks for it."""
    inputs = Input(input_shape)
    X = ZeroPadding2D(3)(inputs)
    X = Conv2D(64, 7, strides=2)(X)
    X = BatchNormalization(axis=3)(X)
    X = Activation("relu")(X)
    X = MaxPooling2D(3, strides=2)(X)
    for filters, s, count in STAGES:
        X = convolutional(X, 3, filters, s=s)
        for _ in range(count - 1):
            X = identity(X, 3, filters)
    X = AveragePooling2D(2)(X)
    X = Flatten()(X)
    return Model(inputs, Dense(classes, activation="softmax")(X))


def conv_bn(X, filters, size=1, s=1, relu=False, padding="same"):
    X = Conv2D(filters, size, strides=s, padding=padding)(X)
    X = BatchNormalization(axis=3)(X)
    return Activation("relu")(X) if relu else X


@wrong("ResNet50", "stage2.block2.add", "missing")
def identity_blocks_without_shortcut(input_shape=(64, 64, 3), classes=6):
    def identity(X, f, filters):
        F1, F2, F3 = filters
        X = conv_bn(X, F1, relu=True)
        X = conv_bn(X, F2, f, relu=True)
        X = conv_bn(X, F3)
        return Activation("relu")(X)

    return network(input_shape, classes, identity=identity)


@wrong("ResNet50", "stage2.block1.add", "missing")
def plain_network(input_shape=(64, 64, 3), classes=6, initializer=GlorotUniform):
    inputs = Input(input_shape)
    X = ZeroPadding2D(3)(inputs)
    X = conv_bn(X, 64, 7, 2, relu=True, padding="valid")
    X = MaxPooling2D(3, strides=2)(X)
    for (F1, F2, F3), s, count in STAGES:
        for i in range(count):
            X = conv_bn(X, F1, s=s if i == 0 else 1, relu=True)
            X = conv_bn(X, F2, 3, relu=True)
            X = conv_bn(X, F3, relu=True)
    X = AveragePooling2D(2)(X)
    X = Flatten()(X)
    return Model(inputs, Dense(classes, activation="softmax")(X))


@wrong("ResNet50", "stage4.block4.add", "missing")
def one_shortcut_lost(input_shape=(64, 64, 3), classes=6):
    blocks = 0

    def identity(X, f, filters):
        nonlocal blocks
        blocks += 1
        Y = conv_bn(X, filters[0], relu=True)
        Y = conv_bn(Y, filters[1], f, relu=True)
        Y = conv_bn(Y, filters[2])
        return ReLU()(Y if blocks == 8 else Y + X)

    return network(input_shape, classes, identity=identity)


@wrong("ResNet50", "stage2.block3.add", "operands")
def shortcut_kept_before_the_loop(input_shape=(64, 64, 3), classes=6):
    inputs = Input(input_shape)
    X = ZeroPadding2D(3)(inputs)
    X = conv_bn(X, 64, 7, 2, relu=True, padding="valid")
    X = MaxPooling2D(3, strides=2)(X)
    for filters, s, count in STAGES:
        X = convolutional_block(X, 3, filters, s=s)
        X_shortcut = X
        for _ in range(count - 1):
            X = conv_bn(X, filters[0], relu=True)
            X = conv_bn(X, filters[1], 3, relu=True)
            X = conv_bn(X, filters[2])
            X = Add()([X, X_shortcut])
            X = Activation("relu")(X)
    X = AveragePooling2D(2)(X)
    X = Flatten()(X)
    return Model(inputs, Dense(classes, activation="softmax")(X))


@wrong("ResNet50", "stage2.block2.add", "operands")
def identity_block_adds_its_first_convolution(input_shape=(64, 64, 3), classes=6):
    def identity(X, f, filters):
        F1, F2, F3 = filters
        X = conv_bn(X, F1, relu=True)
        X_shortcut = X
        X = conv_bn(X, F2, f, relu=True)
        X = conv_bn(X, F3)
        return Activation("relu")(Add()([X, X_shortcut]))

    return network(input_shape, classes, identity=identity)


@wrong("ResNet50", "stage2.block1.add", "operands")
def projection_of_the_main_path(input_shape=(64, 64, 3), classes=6):
    def convolutional(X, f, filters, s):
        F1, F2, F3 = filters
        X = conv_bn(X, F1, s=s, relu=True)
        X = conv_bn(X, F2, f, relu=True)
        X = conv_bn(X, F3)
        X_shortcut = conv_bn(X, F3)
        return Activation("relu")(Add()([X, X_shortcut]))

    return network(input_shape, classes, convolutional)


@wrong("ResNet50", "stage2.block2.add", "merge")
def concatenates(input_shape=(64, 64, 3), classes=6):
    def identity(X, f, filters):
        F1, F2, F3 = filters
        Y = conv_bn(X, F1, relu=True)
        Y = conv_bn(Y, F2, f, relu=True)
        Y = conv_bn(Y, F3)
        return Activation("relu")(Concatenate()([Y, X]))

    return network(input_shape, classes, identity=identity)


@wrong("ResNet50", "stage2.block2.main.2.bn", "missing")
def identity_block_without_second_batchnorm(input_shape=(64, 64, 3), classes=6):
    def identity(X, f, filters):
        F1, F2, F3 = filters
        Y = conv_bn(X, F1, relu=True)
        Y = Conv2D(F2, f, padding="same", activation="relu")(Y)
        Y = conv_bn(Y, F3)
        return Activation("relu")(Add()([X, Y]))

    return network(input_shape, classes, identity=identity)


@wrong("ResNet50", "stage2.block1.main.1.bn", "missing")
def no_batchnorm_in_any_block(input_shape=(64, 64, 3), classes=6):
    def convolutional(X, f, filters, s=None):
        F1, F2, F3 = filters
        Y = Conv2D(F1, 1, strides=s or 1, activation="relu")(X)
        Y = Conv2D(F2, f, padding="same", activation="relu")(Y)
        Y = Conv2D(F3, 1)(Y)
        if s:
            X = Conv2D(F3, 1, strides=s)(X)
        return Activation("relu")(Add()([X, Y]))

    return network(input_shape, classes, convolutional, convolutional)


@wrong("ResNet50", "stage2.block2.main.2.relu", "missing")
def identity_block_without_second_relu(input_shape=(64, 64, 3), classes=6):
    def identity(X, f, filters):
        F1, F2, F3 = filters
        Y = conv_bn(X, F1, relu=True)
        Y = conv_bn(Y, F2, f)
        Y = conv_bn(Y, F3)
        return Activation("relu")(Add()([X, Y]))

    return network(input_shape, classes, identity=identity)


@wrong("ResNet50", "stage2.block1.main.3.relu", "extra")
def relu_before_every_addition(input_shape=(64, 64, 3), classes=6):
    def block(X, f, filters, s=None):
        F1, F2, F3 = filters
        Y = conv_bn(X, F1, s=s or 1, relu=True)
        Y = conv_bn(Y, F2, f, relu=True)
        Y = conv_bn(Y, F3, relu=True)
        X = conv_bn(X, F3, s=s) if s else X
        return Activation("relu")(Add()([X, Y]))

    return network(input_shape, classes, block, block)


@wrong("ResNet50", "stage2.block1.output.relu", "missing")
def no_relu_after_any_addition(input_shape=(64, 64, 3), classes=6):
    def block(X, f, filters, s=None):
        F1, F2, F3 = filters
        Y = conv_bn(X, F1, s=s or 1, relu=True)
        Y = conv_bn(Y, F2, f, relu=True)
        Y = conv_bn(Y, F3)
        X = conv_bn(X, F3, s=s) if s else X
        return Add()([X, Y])

    return network(input_shape, classes, block, block)


@wrong("ResNet50", "stage2.block2.output.relu", "missing")
def no_relu_after_identity_blocks(input_shape=(64, 64, 3), classes=6):
    def identity(X, f, filters):
        F1, F2, F3 = filters
        Y = conv_bn(X, F1, relu=True)
        Y = conv_bn(Y, F2, f, relu=True)
        Y = conv_bn(Y, F3)
        return Add()([X, Y])

    return network(input_shape, classes, identity=identity)


@wrong("ResNet50", "stage2.block1.main.1.conv", "order")
def blocks_with_activation_first(input_shape=(64, 64, 3), classes=6):
    def bn_relu_conv(X, filters, size, s=1):
        X = Activation("relu")(BatchNormalization(axis=3)(X))
        return Conv2D(filters, size, strides=s, padding="same")(X)

    def block(X, f, filters, s=None):
        F1, F2, F3 = filters
        Y = bn_relu_conv(X, F1, 1, s or 1)
        Y = bn_relu_conv(Y, F2, f)
        Y = bn_relu_conv(Y, F3, 1)
        X = conv_bn(X, F3, s=s) if s else X
        return Add()([X, Y])

    return network(input_shape, classes, block, block)


@wrong("ResNet50", "stage3.block1.main.1.conv", "strides")
def stride_in_the_second_convolution(input_shape=(64, 64, 3), classes=6):
    def convolutional(X, f, filters, s):
        F1, F2, F3 = filters
        Y = conv_bn(X, F1, relu=True)
        Y = conv_bn(Y, F2, f, s, relu=True)
        Y = conv_bn(Y, F3)
        return Activation("relu")(Add()([conv_bn(X, F3, s=s), Y]))

    return network(input_shape, classes, convolutional)


@wrong("ResNet50", "stage3.block1.shortcut.conv", "strides")
def projection_without_stride(input_shape=(64, 64, 3), classes=6):
    def convolutional(X, f, filters, s):
        F1, F2, F3 = filters
        Y = conv_bn(X, F1, s=s, relu=True)
        Y = conv_bn(Y, F2, f, relu=True)
        Y = conv_bn(Y, F3)
        return Activation("relu")(Add()([conv_bn(X, F3), Y]))

    return network(input_shape, classes, convolutional)


@wrong("ResNet50", "stage2.block1.main.2.conv", "padding")
def second_convolution_without_padding(input_shape=(64, 64, 3), classes=6):
    def convolutional(X, f, filters, s):
        F1, F2, F3 = filters
        Y = conv_bn(X, F1, s=s, relu=True)
        Y = conv_bn(Y, F2, f, relu=True, padding="valid")
        Y = conv_bn(Y, F3)
        return Activation("relu")(Add()([conv_bn(X, F3, s=s), Y]))

    return network(input_shape, classes, convolutional)


@wrong("ResNet50", "stage2.block1.shortcut.bn", "missing")
def projection_without_batchnorm(input_shape=(64, 64, 3), classes=6):
    def convolutional(X, f, filters, s):
        F1, F2, F3 = filters
        Y = conv_bn(X, F1, s=s, relu=True)
        Y = conv_bn(Y, F2, f, relu=True)
        Y = conv_bn(Y, F3)
        X = Conv2D(F3, 1, strides=s)(X)
        return Activation("relu")(Add()([X, Y]))

    return network(input_shape, classes, convolutional)


@wrong("ResNet50", "stage2.block1.shortcut.relu", "extra")
def projection_with_relu(input_shape=(64, 64, 3), classes=6):
    def convolutional(X, f, filters, s):
        F1, F2, F3 = filters
        Y = conv_bn(X, F1, s=s, relu=True)
        Y = conv_bn(Y, F2, f, relu=True)
        Y = conv_bn(Y, F3)
        X = conv_bn(X, F3, s=s, relu=True)
        return Activation("relu")(Add()([X, Y]))

    return network(input_shape, classes, convolutional)


@wrong("ResNet50", "stage3.block1.shortcut.pool", "extra")
def projection_after_a_pooling(input_shape=(64, 64, 3), classes=6):
    def convolutional(X, f, filters, s):
        F1, F2, F3 = filters
        Y = conv_bn(X, F1, s=s, relu=True)
        Y = conv_bn(Y, F2, f, relu=True)
        Y = conv_bn(Y, F3)
        if s > 1:
            X = AveragePooling2D(s, padding="same")(X)
        return Activation("relu")(Add()([conv_bn(X, F3), Y]))

    return network(input_shape, classes, convolutional)


@wrong("ResNet50", "stage2.block2.main.2.conv", "missing")
def separable_convolutions(input_shape=(64, 64, 3), classes=6):
    def identity(X, f, filters):
        F1, F2, F3 = filters
        Y = conv_bn(X, F1, relu=True)
        Y = SeparableConv2D(F2, f, padding="same")(Y)
        Y = Activation("relu")(BatchNormalization(axis=3)(Y))
        Y = conv_bn(Y, F3)
        return Activation("relu")(Add()([X, Y]))

    return network(input_shape, classes, identity=identity)


@wrong("ResNet50", "stage2.block2.main.1.bn", "axis")
def batchnorm_over_rows_in_identity_blocks(input_shape=(64, 64, 3), classes=6):
    def identity(X, f, filters):
        path = X
        for n, size in zip(filters, (1, f, 1), strict=True):
            path = Conv2D(n, size, padding="same")(path)
            path = BatchNormalization(axis=1)(path)
            path = path if n == filters[2] else Activation("relu")(path)
        return Activation("relu")(Add()([X, path]))

    return network(input_shape, classes, identity=identity)


@wrong("ResNet50", "stage2.block3.main.1.conv", "shared_layer")
def one_set_of_layers_for_a_stage(input_shape=(64, 64, 3), classes=6):
    made = {}

    def identity(X, f, filters):
        F1, F2, F3 = filters
        if F1 not in made:
            made[F1] = Sequential(
                [
                    *(Conv2D(F1, 1), BatchNormalization(), ReLU()),
                    *(Conv2D(F2, f, padding="same"), BatchNormalization(), ReLU()),
                    *(Conv2D(F3, 1), BatchNormalization()),
                ]
            )
        return ReLU()(Add()([made[F1](X), X]))

    return network(input_shape, classes, identity=identity)


@wrong("ResNet50", "stage3.block4.main.1.conv", "shared_layer")
def one_model_called_twice(input_shape=(64, 64, 3), classes=6, initializer=GlorotUniform):
    inputs = Input(input_shape)
    X = ZeroPadding2D(3)(inputs)
    X = conv_bn(X, 64, 7, 2, relu=True, padding="valid")
    X = MaxPooling2D(3, strides=2)(X)
    for number, (filters, s, count) in enumerate(STAGES, start=2):
        X = convolutional_block(X, 3, filters, s=s, initializer=initializer)
        for _ in range(count - 1 - (number == 3)):
            inside = Input(X.shape[1:])
            block = Model(inside, identity_block(inside, 3, filters))
            X = block(X)
        X = block(X) if number == 3 else X
    X = AveragePooling2D(2)(X)
    X = Flatten()(X)
    return Model(inputs, Dense(classes, activation="softmax")(X))

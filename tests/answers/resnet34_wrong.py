"""Wrong answers to ``ResNet34``: stem, groups and head as people get them wrong."""

from keras import Input, Model
from keras.layers import (
    Activation,
    Add,
    AveragePooling2D,
    BatchNormalization,
    Conv2D,
    Dense,
    Flatten,
    GlobalAveragePooling2D,
    GlobalMaxPooling2D,
    MaxPooling2D,
    ReLU,
    ZeroPadding2D,
)

from answers import wrong
from answers.own_residual_blocks import GROUPS, body, projection_block, residual_block, stem


def _network(input_shape, classes, stem=stem, body=body):
    """The model with a right head."""
    inputs = Input(input_shape)
    x = GlobalAveragePooling2D()(body(stem(inputs)))
    return Model(inputs, Dense(classes, activation="softmax")(x))


def _residual(n_filters, x, shortcut, s=1, bn=BatchNormalization, end=ReLU):
    """A residual block around the given shortcut."""
    x = ReLU()(bn()(Conv2D(n_filters, 3, strides=s, padding="same")(x)))
    x = bn()(Conv2D(n_filters, 3, padding="same")(x))
    return end()(Add()([x, shortcut]))


@wrong("ResNet34", "stem.conv", "strides")
def stem_without_stride(input_shape=(224, 224, 3), classes=1000):
    def own_stem(x):
        x = ReLU()(BatchNormalization()(Conv2D(64, 7)(ZeroPadding2D(3)(x))))
        return MaxPooling2D(3, strides=2, padding="same")(x)

    return _network(input_shape, classes, stem=own_stem)


@wrong("ResNet34", "stem.conv", "kernel_size")
def stem_with_window_of_3(input_shape=(224, 224, 3), classes=1000):
    def own_stem(x):
        x = Conv2D(64, 3, strides=2, padding="same")(x)
        x = ReLU()(BatchNormalization()(x))
        return MaxPooling2D(3, strides=2, padding="same")(x)

    return _network(input_shape, classes, stem=own_stem)


@wrong("ResNet34", "stem.bn", "missing")
def stem_without_batchnorm(input_shape=(224, 224, 3), classes=1000):
    def own_stem(x):
        x = ReLU()(Conv2D(64, 7, strides=2)(ZeroPadding2D(3)(x)))
        return MaxPooling2D(3, strides=2)(ZeroPadding2D(1)(x))

    return _network(input_shape, classes, stem=own_stem)


@wrong("ResNet34", "stem.pool", "missing")
def stem_without_pooling(input_shape=(224, 224, 3), classes=1000):
    def own_stem(x):
        x = Conv2D(64, 7, strides=2)(ZeroPadding2D(3)(x))
        return ReLU()(BatchNormalization()(x))

    return _network(input_shape, classes, stem=own_stem)


@wrong("ResNet34", "stem.pool", "pool_kind")
def stem_with_average_pooling(input_shape=(224, 224, 3), classes=1000):
    def own_stem(x):
        x = Conv2D(64, 7, strides=2)(ZeroPadding2D(3)(x))
        x = ReLU()(BatchNormalization()(x))
        return AveragePooling2D(3, strides=2)(ZeroPadding2D(1)(x))

    return _network(input_shape, classes, stem=own_stem)


@wrong("ResNet34", "stem.pool", "padding")
def stem_of_notebook_04(input_shape=(224, 224, 3), classes=1000):
    def own_stem(x):
        x = Conv2D(64, 7, strides=2)(ZeroPadding2D(3)(x))
        x = ReLU()(BatchNormalization()(x))
        return MaxPooling2D(3, strides=2)(x)

    return _network(input_shape, classes, stem=own_stem)


@wrong("ResNet34", "stage3", "block_count")
def as_shallow_as_resnet_18(input_shape=(224, 224, 3), classes=1000):
    groups = [(64, 3), (128, 2), (256, 2), (512, 2)]
    return _network(input_shape, classes, body=lambda x: body(x, groups))


@wrong("ResNet34", "stage4", "block_count")
def one_block_too_few_in_the_third_group(input_shape=(224, 224, 3), classes=1000):
    groups = [(64, 3), (128, 4), (256, 5), (512, 3)]
    return _network(input_shape, classes, body=lambda x: body(x, groups))


@wrong("ResNet34", "stage2", "block_count")
def one_block_too_many_in_every_group(input_shape=(224, 224, 3), classes=1000):
    groups = [(n_filters, blocks + 1) for n_filters, blocks in GROUPS]
    return _network(input_shape, classes, body=lambda x: body(x, groups))


@wrong("ResNet34", "stage5", "block_count")
def last_group_left_out(input_shape=(224, 224, 3), classes=1000):
    return _network(input_shape, classes, body=lambda x: body(x, GROUPS[:3]))


@wrong("ResNet34", "stage2.block1", "block_kind")
def first_group_projects_too(input_shape=(224, 224, 3), classes=1000):
    def own_body(x):
        for n_filters, blocks in GROUPS:
            x = projection_block(n_filters, x, s=1 if n_filters == 64 else 2)
            for _ in range(blocks - 1):
                x = residual_block(n_filters, x)
        return x

    return _network(input_shape, classes, body=own_body)


@wrong("ResNet34", "stage3.block1.main.1.conv", "strides")
def projections_without_stride(input_shape=(224, 224, 3), classes=1000):
    def projection(n_filters, x):
        return projection_block(n_filters, x, s=1)

    return _network(input_shape, classes, body=lambda x: body(x, projection=projection))


@wrong("ResNet34", "stage3.block1.shortcut.bn", "missing")
def projections_without_batchnorm(input_shape=(224, 224, 3), classes=1000):
    def projection(n_filters, x):
        return _residual(n_filters, x, Conv2D(n_filters, 1, strides=2)(x), s=2)

    return _network(input_shape, classes, body=lambda x: body(x, projection=projection))


@wrong("ResNet34", "stage3.block1.shortcut.conv", "kernel_size")
def projections_with_window_of_3(input_shape=(224, 224, 3), classes=1000):
    def projection(n_filters, x):
        shortcut = Conv2D(n_filters, 3, strides=2, padding="same")(x)
        return _residual(n_filters, x, BatchNormalization()(shortcut), s=2)

    return _network(input_shape, classes, body=lambda x: body(x, projection=projection))


@wrong("ResNet34", "stage3.block1.shortcut.relu", "extra")
def projections_with_relu(input_shape=(224, 224, 3), classes=1000):
    def projection(n_filters, x):
        shortcut = BatchNormalization()(Conv2D(n_filters, 1, strides=2)(x))
        return _residual(n_filters, x, ReLU()(shortcut), s=2)

    return _network(input_shape, classes, body=lambda x: body(x, projection=projection))


@wrong("ResNet34", "stage2.block1.main.1.bn", "missing")
def plain_residual_blocks(input_shape=(224, 224, 3), classes=1000):
    def identity(n_filters, x):
        y = ReLU()(Conv2D(n_filters, 3, padding="same")(x))
        return ReLU()(Add()([x, Conv2D(n_filters, 3, padding="same")(y)]))

    return _network(input_shape, classes, body=lambda x: body(x, identity=identity))


@wrong("ResNet34", "stage2.block1.output.relu", "missing")
def no_relu_after_the_additions(input_shape=(224, 224, 3), classes=1000):
    def identity(n_filters, x):
        return _residual(n_filters, x, x, end=lambda: Activation("linear"))

    return _network(input_shape, classes, body=lambda x: body(x, identity=identity))


@wrong("ResNet34", "stage2.block1.add", "missing")
def no_shortcuts_in_residual_blocks(input_shape=(224, 224, 3), classes=1000):
    def identity(n_filters, x):
        x = ReLU()(BatchNormalization()(Conv2D(n_filters, 3, padding="same")(x)))
        return ReLU()(BatchNormalization()(Conv2D(n_filters, 3, padding="same")(x)))

    return _network(input_shape, classes, body=lambda x: body(x, identity=identity))


@wrong("ResNet34", "stage2.block1.add", "missing")
def plain_34(input_shape=(224, 224, 3), classes=1000):
    def plain(n_filters, x):
        s = 1 if x.shape[-1] == n_filters else 2
        x = ReLU()(BatchNormalization()(Conv2D(n_filters, 3, strides=s, padding="same")(x)))
        return ReLU()(BatchNormalization()(Conv2D(n_filters, 3, padding="same")(x)))

    own_body = lambda x: body(x, identity=plain, projection=plain)  # noqa: E731
    return _network(input_shape, classes, body=own_body)


@wrong("ResNet34", "stage3.block1", "block_kind")
def groups_joined_without_a_projection(input_shape=(224, 224, 3), classes=1000):
    return _network(input_shape, classes, body=lambda x: body(x, projection=residual_block))


@wrong("ResNet34", "stage2.block1", "block_kind")
def too_wide_from_the_start(input_shape=(224, 224, 3), classes=1000):
    groups = [(2 * n_filters, blocks) for n_filters, blocks in GROUPS]
    inputs = Input(input_shape)
    x = stem(inputs)
    x = _residual(128, x, BatchNormalization()(Conv2D(128, 1)(x)))
    x = body(residual_block(128, residual_block(128, x)), groups[1:])
    x = GlobalAveragePooling2D()(x)
    return Model(inputs, Dense(classes, activation="softmax")(x))


@wrong("ResNet34", "head.pool", "pool_kind")
def global_max_pooling(input_shape=(224, 224, 3), classes=1000):
    inputs = Input(input_shape)
    x = GlobalMaxPooling2D()(body(stem(inputs)))
    return Model(inputs, Dense(classes, activation="softmax")(x))


@wrong("ResNet34", "head.pool", "missing")
def flattened_without_pooling(input_shape=(224, 224, 3), classes=1000):
    inputs = Input(input_shape)
    x = Flatten()(body(stem(inputs)))
    return Model(inputs, Dense(classes, activation="softmax")(x))


@wrong("ResNet34", "head.dense", "activation")
def no_softmax(input_shape=(224, 224, 3), classes=1000):
    inputs = Input(input_shape)
    x = GlobalAveragePooling2D()(body(stem(inputs)))
    return Model(inputs, Dense(classes)(x))


@wrong("ResNet34", "head.dense", "units")
def always_a_thousand_classes(input_shape=(224, 224, 3), classes=1000):
    inputs = Input(input_shape)
    x = GlobalAveragePooling2D()(body(stem(inputs)))
    return Model(inputs, Dense(1000, activation="softmax")(x))


@wrong("ResNet34", "head.dense", "extra")
def hidden_dense_layer(input_shape=(224, 224, 3), classes=1000):
    inputs = Input(input_shape)
    x = GlobalAveragePooling2D()(body(stem(inputs)))
    x = Dense(512, activation="relu")(x)
    return Model(inputs, Dense(classes, activation="softmax")(x))


@wrong("ResNet34", "submission", "shape")
def always_224_pixels(input_shape=(224, 224, 3), classes=1000):
    return _network((224, 224, 3), classes)


@wrong("ResNet34", "submission", "wrong_type")
def nothing_returned(input_shape=(224, 224, 3), classes=1000):
    _network(input_shape, classes)

"""Wrong answers to ``ResNet50`` that give no model, another one, or an exception."""

import keras
import tensorflow as tf
from keras import Input, Model
from keras.initializers import GlorotUniform
from keras.layers import (
    Activation,
    AveragePooling2D,
    BatchNormalization,
    Conv2D,
    Dense,
    Flatten,
    MaxPooling2D,
    ZeroPadding2D,
)

from answers import right, wrong
from answers.own_blocks import STAGES, convolutional_block, identity_block


def stem(X, initializer=GlorotUniform):
    X = ZeroPadding2D(3)(X)
    X = Conv2D(64, 7, strides=2, kernel_initializer=initializer(seed=0))(X)
    X = BatchNormalization(axis=3)(X)
    X = Activation("relu")(X)
    return MaxPooling2D(3, strides=2)(X)


def stages(X, initializer=GlorotUniform):
    for filters, s, count in STAGES:
        X = convolutional_block(X, 3, filters, s=s, training=None, initializer=initializer)
        for _ in range(count - 1):
            X = identity_block(X, 3, filters, training=None, initializer=initializer)
    return X


def head(X, classes):
    X = AveragePooling2D(2)(X)
    X = Flatten()(X)
    return Dense(classes, activation="softmax")(X)


@wrong("ResNet50", "submission", "wrong_type")
def tensor_returned(input_shape=(64, 64, 3), classes=6, initializer=GlorotUniform):
    inputs = Input(input_shape)
    X = stages(stem(inputs, initializer), initializer)
    outputs = head(X, classes)
    return outputs


@wrong("ResNet50", "submission", "wrong_type")
def nothing_returned(input_shape=(64, 64, 3), classes=6, initializer=GlorotUniform):
    inputs = Input(input_shape)
    X = stages(stem(inputs, initializer), initializer)
    outputs = head(X, classes)
    model = Model(inputs, outputs)
    model.summary()


@wrong("ResNet50", "submission", "wrong_type")
def result_of_compile_returned(input_shape=(64, 64, 3), classes=6, initializer=GlorotUniform):
    inputs = Input(input_shape)
    X = stages(stem(inputs, initializer), initializer)
    model = Model(inputs, head(X, classes))
    return model.compile(optimizer="adam", loss="categorical_crossentropy")


@wrong("ResNet50", "submission", "wrong_type")
def model_and_shape_returned(input_shape=(64, 64, 3), classes=6, initializer=GlorotUniform):
    inputs = Input(input_shape)
    X = stages(stem(inputs, initializer), initializer)
    model = Model(inputs, head(X, classes))
    return model, model.output_shape


@wrong("ResNet50", "submission", "wrong_type")
def model_with_two_outputs(input_shape=(64, 64, 3), classes=6, initializer=GlorotUniform):
    inputs = Input(input_shape)
    X = stages(stem(inputs, initializer), initializer)
    return Model(inputs, [head(X, classes), X])


@wrong("ResNet50", "submission", "shape")
def model_that_begins_after_the_padding(
    input_shape=(64, 64, 3), classes=6, initializer=GlorotUniform
):
    inputs = Input(input_shape)
    inputs = ZeroPadding2D(3)(inputs)
    X = Conv2D(64, 7, strides=2, kernel_initializer=initializer(seed=0))(inputs)
    X = BatchNormalization(axis=3)(X)
    X = Activation("relu")(X)
    X = MaxPooling2D(3, strides=2)(X)
    outputs = head(stages(X, initializer), classes)
    return Model(inputs, outputs)


@wrong("ResNet50", "submission", "exception")
def another_input_given_to_the_model(input_shape=(64, 64, 3), classes=6, initializer=GlorotUniform):
    inputs = Input(input_shape)
    X = stages(stem(inputs, initializer), initializer)
    outputs = head(X, classes)
    return Model(Input(input_shape), outputs)


@wrong("ResNet50", "submission", "exception")
def shape_given_to_the_model(input_shape=(64, 64, 3), classes=6, initializer=GlorotUniform):
    inputs = Input(input_shape)
    X = stages(stem(inputs, initializer), initializer)
    outputs = head(X, classes)
    return Model(inputs=input_shape, outputs=outputs)


@wrong("ResNet50", "submission", "exception")
def name_of_another_cell(input_shape=(64, 64, 3), classes=6, initializer=GlorotUniform):
    inputs = Input(input_shape)
    X = stem(X_input, initializer)  # noqa: F821 - the mistake
    X = stages(X, initializer)
    return Model(inputs, head(X, classes))


@wrong("ResNet50", "submission", "exception")
def filters_and_window_exchanged(input_shape=(64, 64, 3), classes=6, initializer=GlorotUniform):
    inputs = Input(input_shape)
    X = stem(inputs, initializer)
    for filters, s, count in STAGES:
        X = convolutional_block(X, filters, 3, s=s, initializer=initializer)
        for _ in range(count - 1):
            X = identity_block(X, filters, 3, initializer=initializer)
    return Model(inputs, head(X, classes))


@wrong("ResNet50", "submission", "exception")
def stride_asked_of_the_identity_block(
    input_shape=(64, 64, 3), classes=6, initializer=GlorotUniform
):
    inputs = Input(input_shape)
    X = stem(inputs, initializer)
    for filters, s, count in STAGES:
        X = convolutional_block(X, 3, filters, s=s, initializer=initializer)
        for _ in range(count - 1):
            X = identity_block(X, 3, filters, s=1, initializer=initializer)
    return Model(inputs, head(X, classes))


# Right in an older dialect.
@right("ResNet50")
def function_of_tensorflow(input_shape=(64, 64, 3), classes=6, initializer=GlorotUniform):
    inputs = Input(input_shape)
    X = ZeroPadding2D(3)(inputs)
    X = Conv2D(64, 7, strides=2, kernel_initializer=initializer(seed=0))(X)
    X = BatchNormalization(axis=3)(X)
    X = tf.nn.relu(X)
    X = MaxPooling2D(3, strides=2)(X)
    return Model(inputs, head(stages(X, initializer), classes))


@wrong("ResNet50", "submission", "exception")
def one_name_for_three_layers(input_shape=(64, 64, 3), classes=6, initializer=GlorotUniform):
    inputs = Input(input_shape)
    X = stages(stem(inputs, initializer), initializer)
    X = AveragePooling2D(2, name="head")(X)
    X = Flatten(name="head")(X)
    X = Dense(classes, activation="softmax", name="head")(X)
    return Model(inputs, X)


@wrong("ResNet50", "submission", "exception")
def layer_that_is_not_called(input_shape=(64, 64, 3), classes=6, initializer=GlorotUniform):
    inputs = Input(input_shape)
    X = stages(stem(inputs, initializer), initializer)
    X = AveragePooling2D(2)(X)
    X = Flatten()
    X = Dense(classes, activation="softmax")(X)
    return Model(inputs, X)


@wrong("ResNet50", "submission", "exception")
def block_without_return(input_shape=(64, 64, 3), classes=6, initializer=GlorotUniform):
    def identity(X, f, filters):
        X = identity_block(X, f, filters, initializer=initializer)

    inputs = Input(input_shape)
    X = stem(inputs, initializer)
    for filters, s, count in STAGES:
        X = convolutional_block(X, 3, filters, s=s, initializer=initializer)
        for _ in range(count - 1):
            X = identity(X, 3, filters)
    return Model(inputs, head(X, classes))


@wrong("ResNet50", "submission", "exception")
def initializer_instead_of_a_callable(
    input_shape=(64, 64, 3), classes=6, initializer=GlorotUniform
):
    inputs = Input(input_shape)
    X = stages(stem(inputs, initializer), initializer(seed=0))
    return Model(inputs, head(X, classes))


@wrong("ResNet50", "submission", "signature")
def no_parameters():
    inputs = Input((64, 64, 3))
    return Model(inputs, head(stages(stem(inputs)), 6))


# Right in an older dialect.
@right("ResNet50")
def parameters_of_other_names(shape=(64, 64, 3), num_classes=6):
    inputs = Input(shape)
    return Model(inputs, head(stages(stem(inputs)), num_classes))


@wrong("ResNet50", "submission", "signature")
def one_parameter_too_many(input_shape, classes, initializer, depth):
    inputs = Input(input_shape)
    X = stages(stem(inputs, initializer), initializer)
    return Model(inputs, head(X, classes))


@wrong("ResNet50", "submission", "ready_made")
def network_of_keras_applications(input_shape=(64, 64, 3), classes=6, initializer=GlorotUniform):
    return keras.applications.ResNet50(
        include_top=True, weights=None, input_shape=input_shape, classes=classes
    )


@wrong("ResNet50", "submission", "ready_made")
def body_of_keras_applications(input_shape=(64, 64, 3), classes=6, initializer=GlorotUniform):
    body = keras.applications.ResNet50(include_top=False, weights=None, input_shape=input_shape)
    return Model(body.input, head(body.output, classes))

"""Right answers to ``ResNet50``, each written in one piece, in the forms that people use."""

import keras
import tensorflow as tf
from keras import Input, Model, layers
from keras.initializers import GlorotUniform, glorot_uniform
from keras.layers import (
    Activation,
    Add,
    AveragePooling2D,
    BatchNormalization,
    Conv2D,
    Dense,
    Flatten,
    MaxPooling2D,
    ReLU,
    ZeroPadding2D,
)

from answers import right
from answers.own_blocks import STAGES, convolutional_block, identity_block
from resnet_lesson import blocks


@right("ResNet50")
def loop_over_the_table(input_shape=(64, 64, 3), classes=6, initializer=GlorotUniform):
    """ResNet-50 for small images: (N, H, W, C) -> class probabilities (N, classes)."""
    inputs = Input(input_shape)

    X = ZeroPadding2D(3)(inputs)
    X = Conv2D(64, 7, strides=2, kernel_initializer=initializer(seed=0))(X)
    X = BatchNormalization(axis=3)(X)
    X = Activation("relu")(X)
    X = MaxPooling2D(3, strides=2)(X)
    for filters, s, count in STAGES:
        X = blocks.convolutional_block(X, 3, filters, s, None, initializer)
        for _ in range(1, count):
            X = blocks.identity_block(X, 3, filters, None, initializer)
    X = AveragePooling2D()(X)
    X = Flatten()(X)
    outputs = Dense(classes, activation="softmax", kernel_initializer=initializer(seed=0))(X)

    return Model(inputs, outputs, name="ResNet50")


@right("ResNet50")
def written_out_with_training_fixed(input_shape=(64, 64, 3), classes=6):
    X_input = Input(input_shape)
    # Zero-Padding
    X = ZeroPadding2D((3, 3))(X_input)
    # Stage 1
    X = Conv2D(64, (7, 7), strides=(2, 2), kernel_initializer=glorot_uniform(seed=0))(X)
    X = BatchNormalization(axis=3)(X)
    X = Activation("relu")(X)
    X = MaxPooling2D((3, 3), strides=(2, 2))(X)
    # Stage 2
    X = convolutional_block(X, f=3, filters=[64, 64, 256], s=1)
    X = identity_block(X, 3, [64, 64, 256])
    X = identity_block(X, 3, [64, 64, 256])
    # Stage 3
    X = convolutional_block(X, f=3, filters=[128, 128, 512], s=2)
    X = identity_block(X, 3, [128, 128, 512])
    X = identity_block(X, 3, [128, 128, 512])
    X = identity_block(X, 3, [128, 128, 512])
    # Stage 4
    X = convolutional_block(X, f=3, filters=[256, 256, 1024], s=2)
    X = identity_block(X, 3, [256, 256, 1024])
    X = identity_block(X, 3, [256, 256, 1024])
    X = identity_block(X, 3, [256, 256, 1024])
    X = identity_block(X, 3, [256, 256, 1024])
    X = identity_block(X, 3, [256, 256, 1024])
    # Stage 5
    X = convolutional_block(X, f=3, filters=[512, 512, 2048], s=2)
    X = identity_block(X, 3, [512, 512, 2048])
    X = identity_block(X, 3, [512, 512, 2048])
    # Head
    X = AveragePooling2D((2, 2))(X)
    X = Flatten()(X)
    X = Dense(classes, activation="softmax", kernel_initializer=glorot_uniform(seed=0))(X)
    model = Model(inputs=X_input, outputs=X)
    return model


@right("ResNet50")
def old_form_with_stage_and_block_names(input_shape=(64, 64, 3), classes=6):
    def convolution(X, filters, size, stride, name, padding="valid"):
        X = Conv2D(filters, (size, size), strides=(stride, stride), padding=padding,
                   name="res" + name, kernel_initializer=glorot_uniform(seed=0))(X)  # fmt: skip
        return BatchNormalization(axis=3, name="bn" + name)(X)

    def block(X, f, filters, stage, block, s=None):
        base = str(stage) + block + "_branch"
        F1, F2, F3 = filters
        X_shortcut = X
        X = Activation("relu")(convolution(X, F1, 1, s or 1, base + "2a"))
        X = Activation("relu")(convolution(X, F2, f, 1, base + "2b", "same"))
        X = convolution(X, F3, 1, 1, base + "2c")
        if s is not None:
            X_shortcut = convolution(X_shortcut, F3, 1, s, base + "1")
        X = layers.add([X, X_shortcut])
        return Activation("relu")(X)

    X_input = Input(input_shape)
    X = ZeroPadding2D((3, 3))(X_input)
    X = Activation("relu")(convolution(X, 64, 7, 2, "_conv1"))
    X = MaxPooling2D((3, 3), strides=(2, 2))(X)
    X = block(X, 3, [64, 64, 256], 2, "a", s=1)
    for letter in "bc":
        X = block(X, 3, [64, 64, 256], 2, letter)
    X = block(X, 3, [128, 128, 512], 3, "a", s=2)
    for letter in "bcd":
        X = block(X, 3, [128, 128, 512], 3, letter)
    X = block(X, 3, [256, 256, 1024], 4, "a", s=2)
    for letter in "bcdef":
        X = block(X, 3, [256, 256, 1024], 4, letter)
    X = block(X, 3, [512, 512, 2048], 5, "a", s=2)
    for letter in "bc":
        X = block(X, 3, [512, 512, 2048], 5, letter)
    X = AveragePooling2D((2, 2), name="avg_pool")(X)
    X = Flatten()(X)
    X = Dense(classes, activation="softmax", name="fc" + str(classes))(X)
    return Model(inputs=X_input, outputs=X, name="ResNet50")


@right("ResNet50")
def imports_of_tf_keras(input_shape=(64, 64, 3), classes=6, initializer=GlorotUniform):
    inputs = tf.keras.Input(shape=input_shape)
    X = tf.keras.layers.ZeroPadding2D(padding=((3, 3), (3, 3)))(inputs)
    X = tf.keras.layers.Conv2D(64, 7, 2, kernel_initializer=initializer(seed=0))(X)
    X = tf.keras.layers.BatchNormalization()(X)
    X = tf.keras.layers.ReLU()(X)
    X = tf.keras.layers.MaxPool2D(pool_size=3, strides=2)(X)
    for number, (filters, s, count) in enumerate(STAGES):
        for i in range(count):
            if i == 0:
                X = convolutional_block(X, 3, filters, s=s if number else 1)
            else:
                X = identity_block(X, 3, filters)
    X = tf.keras.layers.AveragePooling2D(2, strides=2, padding="valid")(X)
    X = tf.keras.layers.Reshape((-1,))(X)
    X = tf.keras.layers.Dense(classes)(X)
    X = tf.keras.layers.Softmax()(X)
    return tf.keras.Model(inputs, X)


@right("ResNet50")
def softmax_as_a_layer_of_its_own(input_shape=(64, 64, 3), classes=6, initializer=GlorotUniform):
    inputs = Input(input_shape)
    X = ZeroPadding2D(3)(inputs)
    X = Conv2D(64, 7, strides=2, padding="valid")(X)
    X = BatchNormalization(-1)(X)
    X = keras.activations.relu(X)
    X = MaxPooling2D(3, 2)(X)
    for filters, s, count in STAGES:
        X = convolutional_block(X, 3, filters, s=s, training=None, initializer=initializer)
        for _ in range(count - 1):
            X = identity_block(X, 3, filters, training=None, initializer=initializer)
    X = AveragePooling2D(2)(X)
    X = layers.Reshape((-1,))(X)
    logits = Dense(classes, kernel_initializer=initializer(seed=0))(X)
    return Model(inputs, Activation("softmax")(logits))


@right("ResNet50")
def prints_and_dead_ends(input_shape=(64, 64, 3), classes=6, initializer=GlorotUniform):
    inputs = Input(input_shape, name="images")
    X = ZeroPadding2D(3, name="border")(inputs)
    X = Conv2D(64, 7, strides=2, kernel_initializer=initializer(seed=0), name="conv1")(X)
    X = BatchNormalization(axis=3, name="bn_conv1")(X)
    X = Activation("relu", name="relu_conv1")(X)
    X = MaxPooling2D(3, strides=2, name="pool1")(X)
    print("after the stem:", X.shape)
    for filters, s, count in STAGES:
        unused = Conv2D(8, 3)(X)  # tried out, and left here
        X = convolutional_block(X, 3, filters, s=s, training=None, initializer=initializer)
        for _ in range(count - 1):
            X = identity_block(X, 3, filters, training=None, initializer=initializer)
        print(unused.shape, X.shape)
    X = AveragePooling2D(pool_size=(2, 2), name="avg_pool")(X)
    X = Flatten(name="flat")(X)
    X = Dense(classes, activation=keras.activations.softmax, name="fc")(X)
    model = Model(inputs=[inputs], outputs=[X], name="resnet")
    model.summary()
    return model


@right("ResNet50")
def compiled_and_regularised(input_shape=(64, 64, 3), classes=6, initializer=GlorotUniform):
    def conv(X, filters, size, stride=1):
        X = Conv2D(filters, size, stride, "same" if size == 3 else "valid", use_bias=False,
                   kernel_initializer=initializer(seed=0), kernel_regularizer="l2")(X)  # fmt: skip
        return BatchNormalization(momentum=0.9, epsilon=1e-5)(X)

    inputs = Input(input_shape)
    X = ReLU()(conv(ZeroPadding2D(3)(inputs), 64, 7, 2))
    X = MaxPooling2D(3, 2)(X)
    for width, stride, count in [(64, 1, 3), (128, 2, 4), (256, 2, 6), (512, 2, 3)]:
        for i in range(count):
            first = stride if i == 0 else 1
            shortcut = conv(X, 4 * width, 1, first) if i == 0 else X
            Y = ReLU()(conv(X, width, 1, first))
            Y = ReLU()(conv(Y, width, 3))
            X = ReLU()(shortcut + conv(Y, 4 * width, 1))
    X = Flatten()(AveragePooling2D(2)(X))
    model = Model(inputs, Dense(classes, activation="softmax")(X))
    model.compile(optimizer="adam", loss="categorical_crossentropy", metrics=["accuracy"])
    return model


@right("ResNet50")
def projection_where_the_shape_changes(
    input_shape=(64, 64, 3), classes=6, initializer=GlorotUniform
):
    def bottleneck(X, filters, s):
        F1, F2, F3 = filters
        Y = Conv2D(F1, 1, strides=s, kernel_initializer=initializer(seed=0))(X)
        Y = Activation("relu")(BatchNormalization()(Y))
        Y = Conv2D(F2, 3, padding="same", kernel_initializer=initializer(seed=0))(Y)
        Y = Activation("relu")(BatchNormalization()(Y))
        Y = Conv2D(F3, 1, kernel_initializer=initializer(seed=0))(Y)
        Y = BatchNormalization()(Y)
        if Y.shape != X.shape:
            X = Conv2D(F3, 1, strides=s, kernel_initializer=initializer(seed=0))(X)
            X = BatchNormalization()(X)
        return Activation("relu")(Add()([X, Y]))

    inputs = Input(input_shape)
    X = ZeroPadding2D(3)(inputs)
    X = Conv2D(64, 7, strides=2, kernel_initializer=initializer(seed=0))(X)
    X = BatchNormalization()(X)
    X = Activation("relu")(X)
    X = MaxPooling2D(3, strides=2)(X)
    for stage, count in enumerate([3, 4, 6, 3]):
        n = 64 * 2**stage
        strides = [1 if stage == 0 else 2] + [1] * (count - 1)
        for s in strides:
            X = bottleneck(X, [n, n, 4 * n], s)
    X = AveragePooling2D(2)(X)
    X = Flatten()(X)
    return Model(inputs, Dense(classes, activation="softmax")(X))

# expected: reference
from resnet_lesson.blocks import identity_block

identity_block = identity_block

"""What a learner calls inside a notebook; `resnet_lesson` hands the names on."""

"""Draws photographs of hands that sign the digits 0 to 5."""

from resnet_lesson.signs.hands.render import draw_hand, draw_signs

__all__ = ["draw_hand", "draw_signs"]

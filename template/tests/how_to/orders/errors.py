from app.core.errors import Conflict


class OrderNumberTaken(Conflict):
    """Choose another number: this one is taken."""

    title = "This number is taken"
    detail = "Another order has it already."

"""Numbers of things in messages."""


def counted(number: int, noun: str, plural: str = '') -> str:
    """Say how many there are of something: ``1 frame``, ``2 frames``.

    Args:
        number: How many.
        noun: The word for one of them.
        plural: The word for several; by default an s is added.
    """
    return f'{number} {noun if number == 1 else plural or noun + "s"}'

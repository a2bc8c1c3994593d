"""A zip that is made while it is sent, in bounded memory; what is in it is each room's matter."""

import io


class Outlet(io.RawIOBase):
    """Takes what a ZipFile writes, and gives it out; it cannot go back, so sizes follow each file."""

    def __init__(self) -> None:
        self._held: list[bytes] = []

    def writable(self) -> bool:
        return True

    def write(self, piece: object) -> int:
        data = bytes(piece)  # type: ignore[call-overload]
        self._held.append(data)
        return len(data)

    def taken(self) -> bytes:
        data, self._held = b"".join(self._held), []
        return data

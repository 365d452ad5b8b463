"""When to start something again after it crashed, and when to stop trying."""

from dataclasses import dataclass, field

_FIRST_PAUSE_SECONDS = 0.2
_LONGEST_PAUSE_SECONDS = 30.0
_WINDOW_SECONDS = 60.0
_HEALTHY_SECONDS = 5.0


@dataclass
class Crashes:
    """The crashes of one program; `most` of them within a minute are too many.

    A program that ran for five seconds is considered well again: somebody who kills it now and then
    finds it back at once, and only what cannot run at all is given up.
    """

    most: int = 8
    _recent: list[float] = field(default_factory=list)

    def pause(self, now: float, ran_for: float) -> float | None:
        """Note a crash; the seconds to wait before the next start, None when it is enough."""
        if ran_for >= _HEALTHY_SECONDS:
            self._recent.clear()
        self._recent = [then for then in self._recent if now - then < _WINDOW_SECONDS] + [now]
        if len(self._recent) >= self.most:
            return None
        pause: float = _FIRST_PAUSE_SECONDS * 2 ** (len(self._recent) - 1)
        return min(pause, _LONGEST_PAUSE_SECONDS)

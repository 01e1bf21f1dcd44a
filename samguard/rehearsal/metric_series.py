"""Metric math over the datapoints that an alarm retrieves: an expression into a time series.

A time series is a list of columns, oldest first, one for each period of the range; a column is a number, NaN where there
is no datapoint. With `FLOATS` a column is one number; a simulation gives columns of many deployments at once, and the
arithmetic for them.

Source: CloudWatch user guide, "Using metric math", whose tables are tests. As it says there, a missing point counts as 0
where another series has one, and a point that is divided by zero is dropped. What is not modelled (functions of calendar
time, SEARCH, anomaly bands, …) raises NotModelledError with the reason. Of MIN and MAX over several series the source
does not say what missing points do: they are left out.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping, Sequence
from typing import Any, Final, Protocol, TypeAlias

from samguard.rollout.metric_math import Call, Math, Name, Number, Operation, Text
from samguard.value import value

Column: TypeAlias = Any
"""A float, or an array of floats with one entry for each simulated deployment."""
Series: TypeAlias = list[Column]


class NotModelledError(Exception):
    """Something that an alarm does is not part of the model; the message says what."""


class Arithmetic(Protocol):
    """What is done to columns. Comparisons and `is_missing` give conditions for `choose`."""

    def choose(self, condition: Column, yes: Column, no: Column) -> Column:
        """`yes` where the condition holds, else `no`."""

    def is_missing(self, column: Column) -> Column:
        """Where a column is NaN."""

    def applied(self, name: str, *columns: Column) -> Column:
        """A function of numbers: `+ - * / ^ < > <= >= == != && || abs ceil floor log log10 min max`.

        NaN where the result is not a number: after a division by zero, or of the logarithm of nothing.
        """


class Floats:
    """The arithmetic of single numbers."""

    def choose(self, condition: Column, yes: Column, no: Column) -> Column:
        """One of two numbers."""
        return yes if condition else no

    def is_missing(self, column: Column) -> Column:
        """Whether a number is NaN."""
        return column != column  # noqa: PLR0124 - NaN is what does not equal itself

    def applied(self, name: str, *columns: Column) -> Column:
        """A function of one or two numbers."""
        try:
            return float(_FUNCTIONS[name](*columns))
        except (ArithmeticError, ValueError, TypeError):  # TypeError: the complex root of a negative number
            return math.nan


_FUNCTIONS: Final[dict[str, Callable[..., Any]]] = {
    "+": lambda left, right: left + right,
    "-": lambda left, right: left - right,
    "*": lambda left, right: left * right,
    "/": lambda left, right: left / right,
    "^": lambda left, right: left**right,
    "<": lambda left, right: left < right,
    ">": lambda left, right: left > right,
    "<=": lambda left, right: left <= right,
    ">=": lambda left, right: left >= right,
    "==": lambda left, right: left == right,
    "!=": lambda left, right: left != right,
    "&&": lambda left, right: bool(left and right),
    "||": lambda left, right: bool(left or right),
    "abs": abs,
    "ceil": math.ceil,
    "floor": math.floor,
    "log": math.log,
    "log10": math.log10,
    "min": min,
    "max": max,
}
FLOATS: Final = Floats()


@value
class Metrics:
    """What an expression can read: the series of the metrics, the other expressions, and the period in seconds.

    The order is that of the alarm: METRICS() gives all metrics, but no expressions.
    """

    series: Mapping[str, Series]
    expressions: Mapping[str, Math]
    period_seconds: float
    columns: int
    """Columns of a series: periods of the range."""


@value
class _Scalar:
    """One number for the whole range."""

    column: Column


@value
class _Several:
    """An array of time series, with the ids of those that are metrics."""

    items: tuple[tuple[str, Series], ...]


_Worth: TypeAlias = "_Scalar | Series | _Several"

_REASONS: Final = {
    "ANOMALY_DETECTION_BAND": "anomaly detection learns from a history that nobody here knows",
    "SEARCH": "an alarm cannot be based on SEARCH",
    "INSIGHT_RULE_METRIC": "rules of Contributor Insights are not known here",
    "DB_PERF_INSIGHTS": "counters of Performance Insights are not known here",
    "LAMBDA": "another function makes the datapoints",
    "SERVICE_QUOTA": "the account's quotas are not known here",
} | dict.fromkeys(
    ("MINUTE", "HOUR", "DAY", "DATE", "MONTH", "YEAR", "EPOCH"), "it depends on the time of the deployment"
)
_MAX_DEPTH: Final = 30
_POINTWISE: Final = {"ABS": "abs", "CEIL": "ceil", "FLOOR": "floor", "LOG": "log", "LOG10": "log10"}
_MERGES: Final = frozenset({"SUM", "AVG", "MIN", "MAX", "STDDEV", "DATAPOINT_COUNT"})
_MOST_WORK: Final = 20_000
"""Steps of one evaluation: expressions that read each other twice at every level would double it with each."""


class Evaluation:
    """One evaluation of expressions over the same datapoints.

    `looks_along` says afterwards whether anything in them read other periods than the one it is a value of.
    """

    def __init__(self, metrics: Metrics, arithmetic: Arithmetic = FLOATS) -> None:
        self.metrics = metrics
        self.by = arithmetic
        self.looks_along = False
        self.depth = 0
        self.steps = 0

    def series(self, math_: Math) -> Series:
        """The time series that an expression gives. Raises NotModelledError."""
        found = self._worth(math_)
        if isinstance(found, list):
            return found
        if isinstance(found, _Several) and len(found.items) == 1:
            return found.items[0][1]
        what = "several time series" if isinstance(found, _Several) else "a single number"
        message = f"the expression gives {what}, where CloudWatch asks for one time series"
        raise NotModelledError(message)

    def _worth(self, math_: Math) -> _Worth:
        self.depth += 1
        self.steps += 1
        if self.depth > _MAX_DEPTH or self.steps > _MOST_WORK:
            message = "its expressions are nested too deeply, or read each other"
            raise NotModelledError(message)
        try:
            match math_:
                case Number():
                    return _Scalar(math_.value)
                case Name():
                    return self._named(math_.name)
                case Text():
                    message = "a text stands where a time series is expected"
                    raise NotModelledError(message)
                case Operation():
                    return self._operated(math_.symbol, self._worth(math_.left), self._worth(math_.right))
                case Call():
                    return self._called(math_)
        finally:
            self.depth -= 1

    def _named(self, name: str) -> _Worth:
        found = self.metrics.series.get(name)
        if found is not None:
            return found
        expression = self.metrics.expressions.get(name)
        if expression is None:
            message = f"no metric or expression is called {name!r}"
            raise NotModelledError(message)
        return self._worth(expression)

    def _operated(self, symbol: str, left: _Worth, right: _Worth) -> _Worth:
        if isinstance(left, _Several) or isinstance(right, _Several):
            return self._of_arrays(symbol, left, right)
        if isinstance(left, _Scalar) and isinstance(right, _Scalar):
            return _Scalar(self.by.applied(symbol, left.column, right.column))
        columns = range(self.metrics.columns)
        return [self._pair(symbol, left, right, index) for index in columns]

    def _pair(self, symbol: str, left: _Scalar | Series, right: _Scalar | Series, index: int) -> Column:
        """One column of two operands, of which at least one is a series."""
        by = self.by
        if isinstance(left, _Scalar):
            column = right[index]  # type: ignore[index] # not two numbers
            worth = by.applied(symbol, left.column, column)
            return by.choose(by.is_missing(column), math.nan, worth)
        if isinstance(right, _Scalar):
            column = left[index]
            worth = by.applied(symbol, column, right.column)
            return by.choose(by.is_missing(column), math.nan, worth)
        one, other = left[index], right[index]
        no_one, no_other = by.is_missing(one), by.is_missing(other)
        worth = by.applied(symbol, by.choose(no_one, 0.0, one), by.choose(no_other, 0.0, other))
        return by.choose(no_one, by.choose(no_other, math.nan, worth), worth)

    def _of_arrays(self, symbol: str, left: _Worth, right: _Worth) -> _Worth:
        if isinstance(left, _Several) and isinstance(right, _Several):
            message = f"{symbol!r} between two arrays of time series"
            raise NotModelledError(message)
        several = left if isinstance(left, _Several) else right
        assert isinstance(several, _Several)  # noqa: S101 - one of them is
        found: list[tuple[str, Series]] = []
        for name, series in several.items:
            worth = self._operated(symbol, series, right) if several is left else self._operated(symbol, left, series)
            found.append((name, _one(worth)))
        return _Several(tuple(found))

    def _called(self, call: Call) -> _Worth:
        name = call.name.upper()
        if name == "[]":
            return self._array(call.arguments)
        if name == "METRICS":
            return self._metrics(call.arguments)
        if name in _REASONS:
            message = f"{name}: {_REASONS[name]}"
            raise NotModelledError(message)
        if name == "PERIOD" and len(call.arguments) == 1:
            return _Scalar(self.metrics.period_seconds)
        if name == "FILL" and len(call.arguments) == 2:  # noqa: PLR2004 - what and by what
            return self._fill(call.arguments[0], call.arguments[1])
        if name == "IF" and len(call.arguments) in (2, 3):
            return self._if(*(self._worth(argument) for argument in call.arguments))
        if len(call.arguments) == 1:
            only = self._worth(call.arguments[0])
            if name == "-":
                return self._operated("-", _Scalar(0.0), only)
            found = self._of_one(name, only)
            if found is not None:
                return found
        if name in _MERGES and len(call.arguments) > 1:  # MAX(m1, m2): not documented, and accepted
            return self._merged(name, self._array(call.arguments))
        message = f"the function {call.name} with {len(call.arguments)} arguments"
        raise NotModelledError(message)

    def _array(self, arguments: Sequence[Math]) -> _Several:
        items: list[tuple[str, Series]] = []
        for argument in arguments:
            found = self._worth(argument)
            if isinstance(found, _Several):
                items.extend(found.items)
            else:
                name = argument.name if isinstance(argument, Name) else ""
                is_number = isinstance(found, _Scalar)
                items.append((name, [found.column] * self.metrics.columns if is_number else found))  # type: ignore[union-attr,arg-type]
        return _Several(tuple(items))

    def _metrics(self, arguments: Sequence[Math]) -> _Several:
        part = ""
        if arguments:
            if len(arguments) > 1 or not isinstance(arguments[0], Text):
                message = "METRICS takes one text"
                raise NotModelledError(message)
            part = arguments[0].text
        return _Several(tuple((name, series) for name, series in self.metrics.series.items() if part in name))

    def _of_one(self, name: str, only: _Worth) -> _Worth | None:
        if name in _POINTWISE:
            return self._each(only, lambda column: self.by.applied(_POINTWISE[name], column))
        if name in _MERGES:
            if isinstance(only, _Several):
                return self._merged(name, only)
            return only if isinstance(only, _Scalar) else _Scalar(self._along(name, only))
        if name == "TIME_SERIES" and isinstance(only, _Scalar):
            return [only.column] * self.metrics.columns
        if name == "METRIC_COUNT" and isinstance(only, _Several):
            return _Scalar(float(len(only.items)))
        if name in ("FIRST", "LAST") and isinstance(only, _Several) and only.items:
            return only.items[0 if name == "FIRST" else -1][1]
        if name in ("DIFF", "RATE", "RUNNING_SUM", "DIFF_TIME"):
            self.looks_along = True
            return self._mapped(only, lambda series: self._running(name, series))
        return None

    def _each(self, worth: _Worth, function: Callable[[Column], Column]) -> _Worth:
        by = self.by
        if isinstance(worth, _Scalar):
            return _Scalar(function(worth.column))
        return self._mapped(
            worth,
            lambda series: [by.choose(by.is_missing(column), math.nan, function(column)) for column in series],
        )

    def _mapped(self, worth: _Worth, function: Callable[[Series], Series]) -> _Worth:
        if isinstance(worth, _Several):
            return _Several(tuple((name, function(series)) for name, series in worth.items))
        if isinstance(worth, _Scalar):
            message = "a number stands where a time series is expected"
            raise NotModelledError(message)
        return function(worth)

    def _merged(self, name: str, several: _Several) -> Series:
        """Several series into one, period by period."""
        if not several.items:
            message = f"{name} of no metric at all"
            raise NotModelledError(message)
        rows = [series for _, series in several.items]
        merged: Series = []
        for index in range(self.metrics.columns):
            columns = [row[index] for row in rows]
            present = self._count(columns)
            nothing = self.by.applied("==", present, 0.0)
            merged.append(
                self.by.choose(nothing, math.nan, self._of_columns(name, columns, present, zero_missing=True))
            )
        return merged

    def _along(self, name: str, series: Series) -> Column:
        """One series into one number: over the datapoints that there are."""
        self.looks_along = True
        present = self._count(series)
        if name == "DATAPOINT_COUNT":
            return present
        found = self._of_columns(name, series, present, zero_missing=False)
        return self.by.choose(self.by.applied("==", present, 0.0), math.nan, found)

    def _count(self, columns: Sequence[Column]) -> Column:
        by = self.by
        total: Column = 0.0
        for column in columns:
            total = by.applied("+", total, by.choose(by.is_missing(column), 0.0, 1.0))
        return total

    def _of_columns(self, name: str, columns: Sequence[Column], present: Column, *, zero_missing: bool) -> Column:
        by = self.by
        if name == "DATAPOINT_COUNT":
            return present
        if name in ("MIN", "MAX"):
            found = columns[0]
            for column in columns[1:]:
                both = by.applied(name.lower(), found, column)
                found = by.choose(by.is_missing(found), column, by.choose(by.is_missing(column), found, both))
            return found
        filled = [by.choose(by.is_missing(column), 0.0, column) for column in columns]
        total: Column = 0.0
        for column in filled:
            total = by.applied("+", total, column)
        if name == "SUM":
            return total
        count = float(len(columns)) if zero_missing else present
        mean = by.applied("/", total, count)
        if name == "AVG":
            return mean
        squares: Column = 0.0
        for column, full in zip(columns, filled, strict=True):
            apart = by.applied("-", full, mean)
            square = by.applied("*", apart, apart)
            is_left_out = by.is_missing(column) if not zero_missing else by.applied("<", count, 0.0)
            squares = by.applied("+", squares, by.choose(is_left_out, 0.0, square))
        return by.applied("^", by.applied("/", squares, count), 0.5)

    def _running(self, name: str, series: Series) -> Series:
        by = self.by
        found: Series = []
        last: Column = math.nan
        age: Column = 0.0
        total: Column = 0.0
        for column in series:
            missing = by.is_missing(column)
            age = by.applied("+", age, self.metrics.period_seconds)
            if name == "RUNNING_SUM":
                total = by.applied("+", total, by.choose(missing, 0.0, column))
                found.append(by.choose(missing, math.nan, total))
                continue
            change = age if name == "DIFF_TIME" else by.applied("-", column, last)
            if name == "RATE":
                change = by.applied("/", change, age)
            found.append(by.choose(missing, math.nan, by.choose(by.is_missing(last), math.nan, change)))
            last = by.choose(missing, last, column)
            age = by.choose(missing, age, 0.0)
        return found

    def _fill(self, filled: Math, filler: Math) -> _Worth:
        worth = self._worth(filled)
        if isinstance(filler, Name) and filler.name.upper() in ("REPEAT", "LINEAR"):
            self.looks_along = True
            if filler.name.upper() == "LINEAR":
                message = "FILL with LINEAR: how far CloudWatch looks for the points between which it draws the line"
                raise NotModelledError(message)
            return self._mapped(worth, self._repeated)
        by_what = self._worth(filler)
        by = self.by
        if isinstance(by_what, _Several):
            message = "FILL by several time series"
            raise NotModelledError(message)

        def of(series: Series) -> Series:
            others = [by_what.column] * len(series) if isinstance(by_what, _Scalar) else by_what
            return [by.choose(by.is_missing(one), other, one) for one, other in zip(series, others, strict=True)]

        return self._mapped(worth, of)

    def _repeated(self, series: Series) -> Series:
        found: Series = []
        last: Column = math.nan
        for column in series:
            last = self.by.choose(self.by.is_missing(column), last, column)
            found.append(last)
        return found

    def _if(self, test: _Worth, yes: _Worth, no: _Worth | None = None) -> _Worth:
        if isinstance(test, _Several) or isinstance(yes, _Several) or isinstance(no, _Several):
            message = "IF over several time series"
            raise NotModelledError(message)
        by = self.by
        if isinstance(test, _Scalar) and isinstance(yes, _Scalar) and (no is None or isinstance(no, _Scalar)):
            otherwise: Column = math.nan if no is None else no.column
            return _Scalar(by.choose(by.applied("!=", test.column, 0.0), yes.column, otherwise))
        found: Series = []
        for index in range(self.metrics.columns):
            chosen = test.column if isinstance(test, _Scalar) else test[index]
            one: Column = yes.column if isinstance(yes, _Scalar) else yes[index]
            if isinstance(test, list) and isinstance(yes, list):
                one = by.choose(by.is_missing(one), 0.0, one)
            other: Column = math.nan
            if no is not None:
                other = no.column if isinstance(no, _Scalar) else no[index]
            worth = by.choose(by.applied("!=", chosen, 0.0), one, other)
            found.append(by.choose(by.is_missing(chosen), math.nan, worth))
        return found


def _one(worth: _Worth) -> Series:
    assert isinstance(worth, list)  # noqa: S101 - a series and something is a series
    return worth

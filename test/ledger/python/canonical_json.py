"""JSON that every reader understands alike (section 1), and its canonical form (section 2, RFC 8785)."""

import json


class Invalid(Exception):
    """What was handed in is not what the page describes, or does not show what it should."""


def require(condition, why):
    if not condition:
        raise Invalid(why)


DEEPEST = 64
LARGEST_INTEGER = 2**53 - 1


def parse(text):
    """@param text str, or bytes in UTF-8"""

    def members(pairs):
        found = dict(pairs)
        require(len(found) == len(pairs), "a key stands twice")
        return found

    def constant(name):
        raise Invalid(name + " is no JSON")

    try:
        if isinstance(text, bytes):
            text = text.decode("utf-8")
        value = json.loads(text, object_pairs_hook=members, parse_constant=constant)
    except (ValueError, RecursionError) as error:
        raise Invalid(f"no JSON: {error}") from error
    check(value, DEEPEST)
    return value


def check(value, levels):
    if isinstance(value, str):
        require(is_whole(value), "half of a surrogate pair")
    elif isinstance(value, dict):
        require(levels > 0, "too deep")
        for key, member in value.items():
            require(is_whole(key), "half of a surrogate pair")
            require(key != "__proto__", "a key that some readers leave out")
            check(member, levels - 1)
    elif isinstance(value, list):
        require(levels > 0, "too deep")
        for item in value:
            check(item, levels - 1)
    elif isinstance(value, (int, float)):
        check_number(value)


def check_number(value):
    # An integer is one by its value as a double, however it is written: 1e21 and 9007199254740993.5 are two.
    require(abs(value) < float("inf"), "a number that is not finite")
    require(not is_integer(value) or abs(value) <= LARGEST_INTEGER, "an integer beyond 2^53 - 1")


def is_integer(value):
    return not isinstance(value, bool) and (isinstance(value, int) or isinstance(value, float) and value.is_integer())


def is_whole(text):
    return not any("\ud800" <= character <= "\udfff" for character in text)


def canonical(value):
    if value is None or isinstance(value, bool):
        return json.dumps(value)
    if isinstance(value, (int, float)):
        return number(value)
    if isinstance(value, str):
        return json.dumps(value, ensure_ascii=False)
    if isinstance(value, list):
        return "[" + ",".join(canonical(item) for item in value) + "]"
    keys = sorted(value, key=lambda key: key.encode("utf-16-be"))
    return "{" + ",".join(canonical(key) + ":" + canonical(value[key]) for key in keys) + "}"


def number(value):
    """As ECMAScript's Number::toString: `point` is the place of the decimal point in the shortest digits."""
    check_number(value)
    if value == 0:
        return "0"
    mantissa, _, exponent = repr(abs(float(value))).partition("e")
    whole, _, fraction = mantissa.partition(".")
    digits = (whole + fraction).lstrip("0")
    point = len(whole) + int(exponent or 0) - (len(whole + fraction) - len(digits))
    digits = digits.rstrip("0")
    if len(digits) <= point <= 21:
        text = digits + "0" * (point - len(digits))
    elif 0 < point <= 21:
        text = digits[:point] + "." + digits[point:]
    elif -6 < point <= 0:
        text = "0." + "0" * -point + digits
    else:
        text = digits[0] + ("." + digits[1:] if len(digits) > 1 else "") + "e" + f"{point - 1:+d}"
    return ("-" if value < 0 else "") + text

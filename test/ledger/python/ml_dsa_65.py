"""ML-DSA-65 (FIPS 204): verification, of a message with an empty context."""

import hashlib

Q = 8380417
ROWS, COLUMNS = 6, 5
DROPPED = 13
CHALLENGE_BYTES, CHALLENGE_WEIGHT = 48, 49
GAMMA_1, GAMMA_2 = 2**19, (Q - 1) // 32
BETA, OMEGA = 196, 55
KEY_BYTES, SIGNATURE_BYTES = 1952, 3309
# ζ = 1753 is a 512th root of unity; its powers are taken in bit-reversed order.
ZETAS = [pow(1753, int(f"{place:08b}"[::-1], 2), Q) for place in range(256)]


def verify(key, message, signature):
    if len(key) != KEY_BYTES or len(signature) != SIGNATURE_BYTES:
        return False
    challenge_hash = signature[:CHALLENGE_BYTES]
    hints = unpack_hints(signature[-OMEGA - ROWS :])
    responses = [
        [GAMMA_1 - value for value in unpack(signature[CHALLENGE_BYTES + 640 * column :][:640], 20)]
        for column in range(COLUMNS)
    ]
    if hints is None or any(abs(value) >= GAMMA_1 - BETA for response in responses for value in response):
        return False
    bound = hashlib.shake_256(hashlib.shake_256(key).digest(64) + b"\0\0" + message).digest(64)
    challenge = transform(sample_in_ball(challenge_hash))
    responses = [transform(response) for response in responses]
    parts = b""
    for row in range(ROWS):
        total = [0] * 256
        for column in range(COLUMNS):
            matrix = expand(key[:32] + bytes((column, row)))
            total = [sum_ + a * z for sum_, a, z in zip(total, matrix, responses[column])]
        high = transform([value << DROPPED for value in unpack(key[32 + 320 * row :][:320], 10)])
        approximate = transform_back([(sum_ - c * t) % Q for sum_, c, t in zip(total, challenge, high)])
        corrected = [use_hint(value, place in hints[row]) for place, value in enumerate(approximate)]
        parts += bytes(corrected[place] | corrected[place + 1] << 4 for place in range(0, 256, 2))
    return hashlib.shake_256(bound + parts).digest(CHALLENGE_BYTES) == challenge_hash


def unpack(data, bits):
    joined = int.from_bytes(data, "little")
    return [joined >> bits * place & (1 << bits) - 1 for place in range(256)]


def unpack_hints(data):
    """The places of the hints of each row; None for bytes that nobody would write."""
    rows, start = [], 0
    for row in range(ROWS):
        end = data[OMEGA + row]
        places = list(data[start:end])
        if not start <= end <= OMEGA or any(one >= other for one, other in zip(places, places[1:])):
            return None
        rows.append(set(places))
        start = end
    return None if any(data[start:OMEGA]) else rows


def expand(seed):
    """A polynomial of the matrix, drawn as it is needed: already transformed."""
    data = hashlib.shake_128(seed).digest(3 * 400)
    values = (data[at] | data[at + 1] << 8 | (data[at + 2] & 127) << 16 for at in range(0, len(data), 3))
    return [value for value in values if value < Q][:256]


def sample_in_ball(seed):
    data = hashlib.shake_256(seed).digest(8 + 4096)
    signs, at = int.from_bytes(data[:8], "little"), 8
    values = [0] * 256
    for place in range(256 - CHALLENGE_WEIGHT, 256):
        while data[at] > place:
            at += 1
        other = data[at]
        at += 1
        values[place] = values[other]
        values[other] = -1 if signs & 1 else 1
        signs >>= 1
    return values


def transform(values):
    values, place, length = [value % Q for value in values], 0, 128
    while length:
        for start in range(0, 256, 2 * length):
            place += 1
            zeta = ZETAS[place]
            for one in range(start, start + length):
                turned = zeta * values[one + length] % Q
                values[one + length] = (values[one] - turned) % Q
                values[one] = (values[one] + turned) % Q
        length //= 2
    return values


def transform_back(values):
    values, place, length = list(values), 256, 1
    while length < 256:
        for start in range(0, 256, 2 * length):
            place -= 1
            zeta = -ZETAS[place]
            for one in range(start, start + length):
                first, second = values[one], values[one + length]
                values[one] = (first + second) % Q
                values[one + length] = zeta * (first - second) % Q
        length *= 2
    scale = pow(256, Q - 2, Q)
    return [value * scale % Q for value in values]


def use_hint(value, hint):
    low = value % (2 * GAMMA_2)
    if low > GAMMA_2:
        low -= 2 * GAMMA_2
    high = (value - low) // (2 * GAMMA_2)
    if value - low == Q - 1:
        high, low = 0, low - 1
    if hint:
        high += 1 if low > 0 else -1
    return high % 16

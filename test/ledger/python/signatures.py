"""The three kinds of signatures (section 6), for verification alone: nothing here is secret, and nothing hurries."""

import hashlib

import ml_dsa_65
from keccak import keccak_256


def verify(algorithm, public_key, message, signature):
    """Whether bytes are a signature of a message by a key; bytes of another length or form are none."""
    schemes = {"ed25519": ed25519, "secp256k1": secp256k1, "ml-dsa-65": ml_dsa_65.verify}
    return schemes[algorithm](public_key, message, signature)


# Ed25519 (RFC 8032): all encodings canonical, no key of small order, both sides multiplied by 8 before they are compared.

P = 2**255 - 19
ORDER = 2**252 + 27742317777372353535851937790883648493
D = -121665 * pow(121666, P - 2, P) % P
NEUTRAL = (0, 1, 1, 0)


def ed25519(public_key, message, signature):
    if len(public_key) != 32 or len(signature) != 64:
        return False
    key, nonce = ed25519_point(public_key), ed25519_point(signature[:32])
    scalar = int.from_bytes(signature[32:], "little")
    if key is None or nonce is None or scalar >= ORDER or same(times_8(key), NEUTRAL):
        return False
    challenge = int.from_bytes(hashlib.sha512(signature[:32] + public_key + message).digest(), "little") % ORDER
    base = ed25519_point((4 * pow(5, P - 2, P) % P).to_bytes(32, "little"))
    right = add(nonce, multiply(key, challenge))
    return same(times_8(multiply(base, scalar)), times_8(right))


def ed25519_point(data):
    sign = data[31] >> 7
    y = int.from_bytes(data, "little") & (2**255 - 1)
    if y >= P:
        return None
    square = (y * y - 1) * pow(D * y * y + 1, P - 2, P) % P
    x = pow(square, (P + 3) // 8, P)
    if (x * x - square) % P:
        x = x * pow(2, (P - 1) // 4, P) % P
    if (x * x - square) % P or (x == 0 and sign):
        return None
    if x & 1 != sign:
        x = P - x
    return x, y, 1, x * y % P


def add(one, other):
    """In extended coordinates: x = X/Z, y = Y/Z, x·y = T/Z."""
    a, b = (one[1] - one[0]) * (other[1] - other[0]) % P, (one[1] + one[0]) * (other[1] + other[0]) % P
    c, d = 2 * one[3] * other[3] * D % P, 2 * one[2] * other[2] % P
    e, f, g, h = b - a, d - c, d + c, b + a
    return e * f % P, g * h % P, f * g % P, e * h % P


def multiply(point, scalar):
    total = NEUTRAL
    while scalar:
        if scalar & 1:
            total = add(total, point)
        point = add(point, point)
        scalar >>= 1
    return total


def times_8(point):
    return multiply(point, 8)


def same(one, other):
    return (one[0] * other[2] - other[0] * one[2]) % P == 0 and (one[1] * other[2] - other[1] * one[2]) % P == 0


# secp256k1: r ‖ s ‖ v over Keccak-256 with the prefix of EIP-191; s in the lower half; v tells which point r is of.

FIELD = 2**256 - 2**32 - 977
GROUP = 0xFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFEBAAEDCE6AF48A03BBFD25E8CD0364141
GENERATOR = (
    0x79BE667EF9DCBBAC55A06295CE870B07029BFCDB2DCE28D959F2815B16F81798,
    0x483ADA7726A3C4655DA4FBFC0E1108A8FD17B448A68554199C47D08FFB10D4B8,
)


def secp256k1(public_key, message, signature):
    if len(public_key) != 33 or len(signature) != 65 or signature[64] not in (27, 28):
        return False
    r, s = int.from_bytes(signature[:32], "big"), int.from_bytes(signature[32:64], "big")
    if not 0 < r < GROUP or not 0 < s <= GROUP // 2:
        return False
    nonce = secp256k1_point(signature[64] - 27, r)
    key = secp256k1_point(public_key[0] - 2, int.from_bytes(public_key[1:], "big"))
    if nonce is None or key is None:
        return False
    prefix = b"\x19Ethereum Signed Message:\n" + str(len(message)).encode("ascii")
    digest = int.from_bytes(keccak_256(prefix + message), "big")
    inverse = pow(s, -1, GROUP)
    found = plus(times(GENERATOR, digest * inverse % GROUP), times(key, r * inverse % GROUP))
    return found == nonce


def secp256k1_point(odd, x):
    if odd not in (0, 1) or x >= FIELD:
        return None
    square = (x**3 + 7) % FIELD
    y = pow(square, (FIELD + 1) // 4, FIELD)
    if y * y % FIELD != square:
        return None
    return x, y if y & 1 == odd else FIELD - y


def plus(one, other):
    """None is the point at infinity."""
    if one is None or other is None:
        return other if one is None else one
    (x1, y1), (x2, y2) = one, other
    if x1 == x2:
        if (y1 + y2) % FIELD == 0:
            return None
        slope = 3 * x1 * x1 * pow(2 * y1, -1, FIELD)
    else:
        slope = (y2 - y1) * pow(x2 - x1, -1, FIELD)
    x = (slope * slope - x1 - x2) % FIELD
    return x, (slope * (x1 - x) - y1) % FIELD


def times(point, scalar):
    total = None
    while scalar:
        if scalar & 1:
            total = plus(total, point)
        point = plus(point, point)
        scalar >>= 1
    return total

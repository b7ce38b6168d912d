"""Keccak-256 as Ethereum has it: SHA-3 with the padding of before it became a standard."""

MASK = 2**64 - 1
RATE = 136


def keccak_256(data):
    padded = bytearray(data + b"\x01" + bytes(-(len(data) + 1) % RATE))
    padded[-1] |= 0x80
    lanes = [[0] * 5 for _ in range(5)]
    for start in range(0, len(padded), RATE):
        for lane in range(RATE // 8):
            word = padded[start + 8 * lane : start + 8 * lane + 8]
            lanes[lane % 5][lane // 5] ^= int.from_bytes(word, "little")
        permute(lanes)
    return b"".join(lanes[lane % 5][lane // 5].to_bytes(8, "little") for lane in range(4))


def turn(word, by):
    by %= 64
    return (word << by | word >> (64 - by)) & MASK


def permute(a):
    register = 1
    for _ in range(24):
        columns = [a[x][0] ^ a[x][1] ^ a[x][2] ^ a[x][3] ^ a[x][4] for x in range(5)]
        for x in range(5):
            mixed = columns[(x - 1) % 5] ^ turn(columns[(x + 1) % 5], 1)
            for y in range(5):
                a[x][y] ^= mixed
        x, y = 1, 0
        current = a[x][y]
        for step in range(24):
            x, y = y, (2 * x + 3 * y) % 5
            current, a[x][y] = a[x][y], turn(current, (step + 1) * (step + 2) // 2)
        for y in range(5):
            row = [a[x][y] for x in range(5)]
            for x in range(5):
                a[x][y] = row[x] ^ (~row[(x + 1) % 5] & row[(x + 2) % 5] & MASK)
        for power in range(7):
            if register & 1:
                a[0][0] ^= 1 << (2**power - 1)
            register = register << 1 ^ (0x171 if register & 0x80 else 0)

"""Every vector of the format, one chapter after the other."""

import json

import certificates
import checkpoints
import proofs
import records
import store
import trees
from canonical_json import Invalid, canonical, parse


def expect(found, expected, what):
    if found != expected:
        raise SystemExit(f"{what}: expected {expected!r}, found {found!r}")


def refuses(what, act, *arguments):
    try:
        act(*arguments)
    except Invalid:
        return
    raise SystemExit(f"{what}: accepted {arguments!r}")


def check_vectors(path):
    with open(path, encoding="utf-8") as file:
        vectors = json.load(file)
    check_json(vectors["json"])
    check_records(vectors["records"])
    for library in vectors["libraries"]:
        check_library(**library)
    for proof in vectors["proofs"]:
        check_proof(**proof)
    for proof in vectors["merkleProofs"]:
        check_merkle_proof(**proof)
    for vector in vectors["paper"]:
        proofs.check_merkle_proof(*proofs.from_paper(vector["object"]), bytes.fromhex(vector["root"]))
    for certificate in vectors["certificates"]:
        check_certificate(**certificate)
    for vector in vectors["commits"]:
        expect(proofs.check_commit(vector["commit"]), vector["id"], "commit")
    for vector in vectors["signatures"]:
        checkpoints.check_commit_signature(vector["commit"], vector["taken"])
        for other in vector["refused"]:
            refuses("signature", checkpoints.check_commit_signature, vector["commit"], other)
    check_log(vectors["log"])
    check_packs(**vectors["packs"])
    print("ok")


def check_json(vectors):
    for vector in vectors["canonical"]:
        expect(canonical(parse(vector["json"])), vector["canonical"], "canonical JSON")
        expect(records.sha(vector["canonical"].encode("utf-8")).hex(), vector["sha256"], "its digest")
    for text in vectors["refused"]:
        refuses("JSON", parse, text)


def check_records(vectors):
    for vector in vectors["ids"]:
        expect(records.id_of(vector["domain"], vector["text"]), vector["id"], "id")
    for vector in vectors["vectors"]:
        numbers = records.check_vector(vector["embedding"], bytes.fromhex(vector["bytes"]))
        expect(list(numbers), vector["numbers"], "vector")
    for record in vectors["refused"]:
        refuses("record", records.check_record, record)
    for record in vectors["unfit"]:
        refuses("what a record says", records.check_contents, records.check_record(record))


def check_library(records, keys, digests, recordsRoot, mapRoot):
    what = f"library of {len(records)}"
    expect([store.key_of(record["id"]).hex() for record in records], keys, what + ", keys")
    expect([store.digest_of(record).hex() for record in records], digests, what + ", digests")
    by_id = {record["id"]: record for record in records}
    expect(store.roots_of(by_id), (len(records), recordsRoot, mapRoot), what)
    for record in records:
        store.check_contents(store.check_record(record))


def check_proof(root, proof, included, absent, refused):
    expect(proofs.check_proof(proof, root), (included, absent), "proof")
    for other in refused:
        refuses("proof", proofs.check_proof, other, root)


def check_merkle_proof(record, root, proof, refused):
    proofs.check_merkle_proof(record, proof, bytes.fromhex(root))
    for other in refused:
        refuses("merkle_proof", proofs.check_merkle_proof, record, other, bytes.fromhex(root))


def check_certificate(before, after, certificate, changes, refused):
    data, *roots = (bytes.fromhex(text) for text in (certificate, before, after))
    shown = certificates.check_certificate(data, *roots)
    expect([identifier for identifier, _ in shown], changes, "certificate")
    for other in refused:
        refuses("certificate", certificates.check_certificate, bytes.fromhex(other), *roots)
    for place in range(8 * len(data)):
        flipped = bytearray(data)
        flipped[place // 8] ^= 1 << place % 8
        refuses("flipped certificate", certificates.check_certificate, bytes(flipped), *roots)


def check_log(log):
    ids, last = log["ids"], log["checkpoints"][-1]
    for entry in log["checkpoints"]:
        size, root = entry["size"], bytes.fromhex(entry["root"])
        expect(checkpoints.log_root(ids[:size]), root, "log")
        expect(checkpoints.check_checkpoint(entry["text"])[:3], (checkpoints.origin_of(ids), size, root), "checkpoint")
        proof = [bytes.fromhex(item) for item in entry["consistency"]]
        trees.check_consistency(size, last["size"], root, bytes.fromhex(last["root"]), proof)
    empty = checkpoints.check_checkpoint(log["empty"])
    expect(empty[:3], (checkpoints.origin_of([]), 0, trees.tree([])), "checkpoint of nothing")
    for history in log["histories"]:
        trusted = history["older"], history["newer"]
        checkpoints.check_history(history["file"], *trusted)
        for other in history["refused"]:
            refuses("history", checkpoints.check_history, other, *trusted)
    for note in log["notes"]:
        checkpoints.check_note(note["note"], note["key"])
        for other in note["refused"]:
            refuses("note", checkpoints.check_note, other, note["key"])


def check_packs(cids, places, changes, parts):
    for vector in cids:
        expect(store.cid_of(vector["text"].encode("utf-8")), vector["cid"], "CID")
    for place in places:
        expect(store.file_name(place["id"]), place["file"], "file name")
        expect(store.key_of(place["id"])[:1].hex(), place["shard"], "shard")
    for change in changes:
        base = {record["id"]: record for record in change["base"]}
        lines = [parse(line) for line in change["pack"].splitlines()]
        after = store.apply_changes(base, [next(iter(line.items())) for line in lines[1:]])
        expect([list(after), store.roots_of(after)[2]], [change["order"], change["mapRoot"]], "pack")
    files = {name: text.encode("utf-8") for name, text in parts["files"].items()}
    cid = store.cid_of(parts["pack"].encode("utf-8"))
    files[f"{cid}.jsonl"] = parts["pack"].encode("utf-8")
    expect(list(store.read_pack(files.__getitem__, cid, {})), parts["order"], "pack in parts")

// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

/// @title Inclusion proofs of RFC 9162, with SHA-256
/// @notice Positional: a proof binds the leaf's index and the tree's size, so it cannot be replayed for another place.
library MerkleLog {
    /// @notice Hash of a record's leaf: SHA-256(0x00 || SHA-256(record)), as the ledger's records tree has it.
    function leafHash(bytes memory record) internal pure returns (bytes32) {
        return sha256(abi.encodePacked(bytes1(0x00), sha256(record)));
    }

    /// @notice Hash of an inner node: SHA-256(0x01 || left || right).
    function nodeHash(bytes32 left, bytes32 right) internal pure returns (bytes32) {
        return sha256(abi.encodePacked(bytes1(0x01), left, right));
    }

    /// @notice Whether `leaf` (a leaf hash) stands at `index` of the tree of `size` leaves with that root
    /// (RFC 9162, section 2.1.3.2).
    /// @param path Hashes of 32 bytes, one behind the other, from the leaf's sibling to the child of the root.
    /// @dev At most 64 rounds, whatever the path: a path that goes on above the root is refused.
    function verifyInclusion(bytes32 root, uint64 size, uint64 index, bytes32 leaf, bytes calldata path)
        internal
        pure
        returns (bool)
    {
        if (index >= size || path.length % 32 != 0) return false;
        uint64 place = index;
        uint64 last = size - 1;
        bytes32 hash = leaf;
        for (uint256 offset = 0; offset < path.length; offset += 32) {
            if (last == 0) return false;
            bytes32 sibling = bytes32(path[offset:offset + 32]);
            if (place & 1 == 1 || place == last) {
                hash = nodeHash(sibling, hash);
                while (place & 1 == 0 && place != 0) {
                    place >>= 1;
                    last >>= 1;
                }
            } else {
                hash = nodeHash(hash, sibling);
            }
            place >>= 1;
            last >>= 1;
        }
        return last == 0 && hash == root;
    }
}

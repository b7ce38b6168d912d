// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

import {IPersonhood} from "../interfaces/IPersonhood.sol";

/// @notice The call that World ID's router and group contracts answer; it reverts when the proof does not hold.
interface IWorldId {
    function verifyProof(
        uint256 root,
        uint256 groupId,
        uint256 signalHash,
        uint256 nullifierHash,
        uint256 externalNullifierHash,
        uint256[8] calldata proof
    ) external view;
}

/// @title Personhood by World ID
/// @notice A person proves once, for one account; the nullifier cannot be used for another. The signal is the account, so
/// that nobody can use a proof that is seen in the mempool for an account of their own.
contract WorldIdPersonhood is IPersonhood {
    IWorldId public immutable WORLD_ID;
    /// @notice 1: verified by an Orb.
    uint256 public immutable GROUP_ID;
    uint256 public immutable EXTERNAL_NULLIFIER;

    mapping(address account => bool) private _persons;
    mapping(uint256 nullifier => bool) private _used;

    constructor(IWorldId worldId, uint256 groupId, string memory appId, string memory action) {
        if (address(worldId) == address(0)) revert PersonhoodZeroAddress();
        WORLD_ID = worldId;
        GROUP_ID = groupId;
        EXTERNAL_NULLIFIER = _toField(abi.encodePacked(_toField(bytes(appId)), action));
    }

    /// @notice Verifies a proof whose signal is `account`.
    function verify(address account, uint256 root, uint256 nullifier, uint256[8] calldata proof) external {
        if (_used[nullifier]) revert PersonhoodAlreadyUsed(nullifier);
        _used[nullifier] = true;
        _persons[account] = true;
        emit PersonVerified(account, nullifier);
        WORLD_ID.verifyProof(root, GROUP_ID, _toField(abi.encodePacked(account)), nullifier, EXTERNAL_NULLIFIER, proof);
    }

    /// @inheritdoc IPersonhood
    function isPerson(address account) external view returns (bool) {
        return _persons[account];
    }

    /// @dev World ID hashes into its field by Keccak-256, shifted right by a byte.
    function _toField(bytes memory value) private pure returns (uint256) {
        return uint256(keccak256(value)) >> 8;
    }
}

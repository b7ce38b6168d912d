// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

import {ECDSA} from "@openzeppelin/contracts/utils/cryptography/ECDSA.sol";
import {IPersonhood} from "../interfaces/IPersonhood.sol";

/// @title Personhood by BrightID
/// @notice A BrightID node signs (app, contextIds, timestamp) with its Ethereum key, as its `/verifications` endpoint
/// answers with `signed=eth`. The first account is the current one; the others are what the person used before, and
/// lose their standing.
contract BrightIdPersonhood is IPersonhood {
    /// @notice A verification holds for so long.
    uint256 public constant VALIDITY = 30 days;

    address public immutable NODE;
    bytes32 public immutable APP;

    mapping(address account => uint256) private _verifiedAt;

    constructor(address node, bytes32 app) {
        if (node == address(0)) revert PersonhoodZeroAddress();
        NODE = node;
        APP = app;
    }

    /// @notice Records what the node signed. At most 32 accounts.
    function verify(address[] calldata accounts, uint256 timestamp, uint8 v, bytes32 r, bytes32 s) external {
        if (accounts.length == 0 || accounts.length > 32) revert PersonhoodZeroAddress();
        if (timestamp > block.timestamp || block.timestamp - timestamp > VALIDITY) revert PersonhoodExpired(timestamp);
        bytes32 message = keccak256(abi.encodePacked(APP, accounts, timestamp));
        address signer = ECDSA.recover(message, v, r, s);
        if (signer != NODE) revert PersonhoodInvalidSignature(signer);
        uint256 known = _verifiedAt[accounts[0]];
        if (known >= timestamp) revert PersonhoodAlreadyUsed(timestamp);
        _verifiedAt[accounts[0]] = timestamp;
        for (uint256 index = 1; index < accounts.length; ++index) {
            if (_verifiedAt[accounts[index]] <= timestamp) _verifiedAt[accounts[index]] = 0;
        }
        emit PersonVerified(accounts[0], timestamp);
    }

    /// @inheritdoc IPersonhood
    function isPerson(address account) external view returns (bool) {
        uint256 verifiedAt = _verifiedAt[account];
        return verifiedAt != 0 && block.timestamp - verifiedAt <= VALIDITY;
    }
}

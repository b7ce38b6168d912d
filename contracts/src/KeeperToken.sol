// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

import {ERC20} from "@openzeppelin/contracts/token/ERC20/ERC20.sol";
import {ERC20Burnable} from "@openzeppelin/contracts/token/ERC20/extensions/ERC20Burnable.sol";
import {ERC20Permit} from "@openzeppelin/contracts/token/ERC20/extensions/ERC20Permit.sol";
import {ERC20Votes} from "@openzeppelin/contracts/token/ERC20/extensions/ERC20Votes.sol";
import {Nonces} from "@openzeppelin/contracts/utils/Nonces.sol";

/// @title KEEPER, the governance token of Zoo (paper, section 10.1)
/// @notice One token is one vote at a past snapshot, once its holder has delegated. The supply is fixed at deployment;
/// nobody can mint. The clock is the block timestamp (ERC-6372).
contract KeeperToken is ERC20, ERC20Burnable, ERC20Permit, ERC20Votes {
    /// @notice The initial holder was the zero address, or the supply was zero.
    error KeeperInvalidSupply(address holder, uint256 supply);

    /// @param holder Receives the whole supply.
    /// @param supply In units of 10^-18 KEEPER, at most 2^128 - 1.
    constructor(address holder, uint256 supply) ERC20("Keeper", "KEEPER") ERC20Permit("Keeper") {
        if (holder == address(0) || supply == 0) revert KeeperInvalidSupply(holder, supply);
        _mint(holder, supply);
    }

    /// @notice Seconds since the Unix epoch (ERC-6372).
    function clock() public view override returns (uint48) {
        return uint48(block.timestamp);
    }

    /// @notice Machine-readable description of the clock (ERC-6372).
    // solhint-disable-next-line func-name-mixedcase
    function CLOCK_MODE() public pure override returns (string memory) {
        return "mode=timestamp";
    }

    /// @inheritdoc ERC20Permit
    function nonces(address owner) public view override(ERC20Permit, Nonces) returns (uint256) {
        return super.nonces(owner);
    }

    function _update(address from, address to, uint256 value) internal override(ERC20, ERC20Votes) {
        super._update(from, to, value);
    }

    /// @dev Votes and amounts below 2^128 keep every product of two of them below 2^256.
    function _maxSupply() internal pure override returns (uint256) {
        return type(uint128).max;
    }
}

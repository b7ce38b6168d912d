// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

import {ERC20} from "@openzeppelin/contracts/token/ERC20/ERC20.sol";
import {ERC20Burnable} from "@openzeppelin/contracts/token/ERC20/extensions/ERC20Burnable.sol";
import {ERC20Permit} from "@openzeppelin/contracts/token/ERC20/extensions/ERC20Permit.sol";
import {ERC20Votes} from "@openzeppelin/contracts/token/ERC20/extensions/ERC20Votes.sol";
import {Nonces} from "@openzeppelin/contracts/utils/Nonces.sol";
import {IKeeperToken} from "./interfaces/IKeeperToken.sol";

/// @title KEEPER, the governance token of Zoo (paper, section 10.1)
/// @notice One token is one vote at a past snapshot, once its holder has delegated. The supply is fixed at deployment;
/// nobody can mint. The clock is the block timestamp (ERC-6372).
contract KeeperToken is IKeeperToken, ERC20, ERC20Burnable, ERC20Permit, ERC20Votes {
    address private immutable DEPLOYER;

    /// @inheritdoc IKeeperToken
    address public vault;
    /// @inheritdoc IKeeperToken
    uint96 public totalStaked;

    mapping(address owner => uint256) private _staked;

    /// @param holder Receives the whole supply.
    /// @param supply In units of 10^-18 KEEPER, at most 2^96 - 1, which is 79 billion KEEPER.
    constructor(address holder, uint256 supply) ERC20("Keeper", "KEEPER") ERC20Permit("Keeper") {
        if (holder == address(0) || supply == 0) revert KeeperInvalidSupply(holder, supply);
        DEPLOYER = msg.sender;
        _mint(holder, supply);
    }

    modifier onlyVault() {
        if (msg.sender != vault) revert KeeperOnlyVault(msg.sender);
        _;
    }

    /// @notice Binds the vault, once; only the deployer, who keeps no other power.
    function bind(address vault_) external {
        if (msg.sender != DEPLOYER) revert KeeperOnlyDeployer(msg.sender);
        if (vault != address(0)) revert KeeperAlreadyBound();
        if (vault_ == address(0)) revert KeeperZeroAddress();
        vault = vault_;
        emit VaultBound(vault_);
    }

    // -------------------------------------------------------------------------------------------------- stakes
    // The casts are safe: no amount exceeds the supply, which is below 2^96.
    // forge-lint: disable-start(unsafe-typecast)

    /// @inheritdoc IKeeperToken
    function stake(address owner, uint256 amount) external onlyVault {
        _spendAllowance(owner, msg.sender, amount);
        // Not the token's own {_update}, which would take the votes along.
        ERC20._update(owner, msg.sender, amount);
        _staked[owner] += amount;
        totalStaked += uint96(amount);
        emit Staked(owner, amount);
        if (delegates(owner) == address(0)) _delegate(owner, owner);
    }

    /// @inheritdoc IKeeperToken
    function unstake(address owner, address to, uint256 amount) external onlyVault {
        uint256 staked = _staked[owner];
        if (staked < amount) revert KeeperInsufficientStake(owner, staked, amount);
        unchecked {
            _staked[owner] = staked - amount;
        }
        totalStaked -= uint96(amount);
        emit Unstaked(owner, to, amount);
        ERC20._update(msg.sender, to, amount);
        // The vault never delegates: what stays there votes for nobody.
        if (to != owner) _transferVotingUnits(owner, to, amount);
    }

    // forge-lint: disable-end(unsafe-typecast)

    /// @inheritdoc IKeeperToken
    function stakedOf(address owner) external view returns (uint256) {
        return _staked[owner];
    }

    // --------------------------------------------------------------------------------------------------- votes

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

    /// @dev What an account can vote with: what it holds and what it has staked.
    function _getVotingUnits(address account) internal view override returns (uint256) {
        return super._getVotingUnits(account) + _staked[account];
    }

    function _update(address from, address to, uint256 value) internal override(ERC20, ERC20Votes) {
        super._update(from, to, value);
    }

    /// @dev Votes and amounts below 2^96 share slots, and every product of two of them is below 2^256.
    function _maxSupply() internal pure override returns (uint256) {
        return type(uint96).max;
    }
}

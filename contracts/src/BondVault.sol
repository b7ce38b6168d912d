// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

import {IGovernor} from "@openzeppelin/contracts/governance/IGovernor.sol";
import {SafeERC20} from "@openzeppelin/contracts/token/ERC20/utils/SafeERC20.sol";
import {ReentrancyGuardTransient} from "@openzeppelin/contracts/utils/ReentrancyGuardTransient.sol";
import {IBondVault} from "./interfaces/IBondVault.sol";
import {IZooGovernor} from "./interfaces/IZooGovernor.sol";
import {KeeperToken} from "./KeeperToken.sol";
import {Shares} from "./libraries/Shares.sol";

/// @title Stakes of proposals and submissions (paper, sections 5.4 and 10.4)
/// @notice Holds no more and no less than what is staked, what was earned and not yet withdrawn, and the pool of rewards,
/// gifts aside.
contract BondVault is IBondVault, ReentrancyGuardTransient {
    using SafeERC20 for KeeperToken;

    /// @dev What an account can withdraw: stakes that ended well, which vote for it until then, and what it earned, which
    /// does not; and what it earned that the pool could not pay, in {DUE_UNIT}. One slot, as settling writes all of it.
    struct Account {
        uint96 refunded;
        uint96 earned;
        uint64 due;
    }

    struct Stake {
        address contributor;
        uint96 amount;
    }

    /// @notice A proposal that could have been executed for so long gives its stake back.
    uint256 public constant STUCK_AFTER = 30 days;

    /// @notice What is due is counted in 10^-9 KEEPER, rounded down.
    uint256 public constant DUE_UNIT = 1e9;

    KeeperToken public immutable TOKEN;
    /// @notice Executes what governance decides: the timelock.
    address public immutable GOVERNANCE;
    address private immutable DEPLOYER;

    // The casts below are safe: no amount exceeds the supply, which is below 2^96 ({KeeperToken}).
    // forge-lint: disable-start(unsafe-typecast)

    /// @inheritdoc IBondVault
    address public governor;
    /// @notice KEEPER from which rewards are paid.
    uint96 public rewardPool;
    /// @inheritdoc IBondVault
    address public registry;

    mapping(uint256 proposalId => Bond) private _bonds;
    mapping(uint256 submissionId => Stake) private _stakes;
    mapping(address account => Account) private _accounts;
    mapping(uint256 proposalId => mapping(address voter => bool)) private _claimed;

    constructor(KeeperToken token, address governance) {
        if (address(token) == address(0) || governance == address(0)) revert VaultZeroAddress();
        TOKEN = token;
        GOVERNANCE = governance;
        DEPLOYER = msg.sender;
    }

    modifier onlyRegistry() {
        if (msg.sender != registry) revert VaultOnlyRegistry(msg.sender);
        _;
    }

    /// @notice Binds the contracts that may post stakes, once; only the deployer, who keeps no other power.
    function bind(address governor_, address registry_) external {
        if (msg.sender != DEPLOYER) revert VaultOnlyDeployer(msg.sender);
        if (governor != address(0)) revert VaultAlreadyBound();
        if (governor_ == address(0) || registry_ == address(0)) revert VaultZeroAddress();
        governor = governor_;
        registry = registry_;
        emit Bound(governor_, registry_);
    }

    // --------------------------------------------------------------------------------------- bonds of proposals

    /// @inheritdoc IBondVault
    function post(uint256 proposalId, address proposer, DefeatMode mode, uint80 amount) external nonReentrant {
        if (msg.sender != governor) revert VaultOnlyGovernor(msg.sender);
        if (amount == 0) revert VaultInvalidAmount(0);
        if (_bonds[proposalId].status != BondStatus.None) revert VaultBondExists(proposalId);
        _bonds[proposalId] = Bond({proposer: proposer, mode: mode, status: BondStatus.Held, amount: amount});
        emit BondPosted(proposalId, proposer, mode, amount);
        TOKEN.stake(proposer, amount);
    }

    /// @inheritdoc IBondVault
    function settle(uint256 proposalId) external nonReentrant {
        Bond storage held = _heldBond(proposalId);
        IGovernor.ProposalState state = IGovernor(governor).state(proposalId);
        if (state == IGovernor.ProposalState.Executed) {
            _end(proposalId, held, BondStatus.Refunded, 0);
            (uint256 earned,) = IZooGovernor(governor).rewardsOf(proposalId);
            _reward(held.proposer, proposalId, earned);
        } else if (state == IGovernor.ProposalState.Defeated) {
            _defeat(proposalId, held);
        } else if (state == IGovernor.ProposalState.Canceled) {
            if (IZooGovernor(governor).terms(proposalId).malicious) _slash(proposalId, held);
            else _end(proposalId, held, BondStatus.Refunded, 0);
        } else if (_isStuck(proposalId, state)) {
            _end(proposalId, held, BondStatus.Refunded, 0);
        } else {
            revert VaultNotSettleable(proposalId, uint8(state));
        }
    }

    /// @inheritdoc IBondVault
    function slash(uint256 proposalId) external nonReentrant {
        if (msg.sender != GOVERNANCE) revert VaultOnlyGovernance(msg.sender);
        _slash(proposalId, _heldBond(proposalId));
    }

    /// @inheritdoc IBondVault
    function claimDefeatShare(uint256 proposalId, address voter) external nonReentrant returns (uint256 amount) {
        Bond storage shared = _bonds[proposalId];
        if (shared.status != BondStatus.Shared || _claimed[proposalId][voter]) {
            revert VaultNothingToClaim(proposalId, voter);
        }
        bool opposed = IZooGovernor(governor).choiceOf(proposalId, voter) == 1;
        uint256 votes = IGovernor(governor).getVotes(voter, IGovernor(governor).proposalSnapshot(proposalId));
        (uint256 against,,) = IZooGovernor(governor).proposalVotes(proposalId);
        amount = opposed ? Shares.proportion(shared.amount, votes, against) : 0;
        if (amount == 0) revert VaultNothingToClaim(proposalId, voter);
        _claimed[proposalId][voter] = true;
        _accounts[voter].earned += uint96(amount);
        emit DefeatShareClaimed(proposalId, voter, amount);
    }

    function _defeat(uint256 proposalId, Bond storage held) private {
        (uint256 against,,) = IZooGovernor(governor).proposalVotes(proposalId);
        if (held.mode == DefeatMode.Burn || against == 0) {
            _end(proposalId, held, BondStatus.Burned, held.amount);
            return;
        }
        held.status = BondStatus.Shared;
        emit BondSettled(proposalId, BondStatus.Shared, 0, 0);
        TOKEN.unstake(held.proposer, address(this), held.amount);
    }

    function _slash(uint256 proposalId, Bond storage held) private {
        uint256 slashBps = IZooGovernor(governor).terms(proposalId).slashBps;
        _end(proposalId, held, BondStatus.Slashed, Shares.penalty(held.amount, slashBps));
    }

    /// @dev Refunds what is not burned.
    function _end(uint256 proposalId, Bond storage held, BondStatus status, uint256 burned) private {
        uint256 amount = held.amount;
        held.status = status;
        emit BondSettled(proposalId, status, amount - burned, burned);
        _giveBack(held.proposer, amount, burned);
    }

    function _heldBond(uint256 proposalId) private view returns (Bond storage held) {
        held = _bonds[proposalId];
        if (held.status == BondStatus.None) revert VaultNoBond(proposalId);
        if (held.status != BondStatus.Held) revert VaultAlreadySettled(proposalId, held.status);
    }

    /// @dev Ends a stake: burns a part, and lets its owner withdraw the rest.
    function _giveBack(address owner, uint256 amount, uint256 burned) private {
        if (burned < amount) _accounts[owner].refunded += uint96(amount - burned);
        if (burned > 0) TOKEN.unstake(owner, address(0), burned);
    }

    /// @dev A timelock that never expires what it holds, and a proposal that nobody can carry out, would lock a stake.
    function _isStuck(uint256 proposalId, IGovernor.ProposalState state) private view returns (bool) {
        bool waiting = state == IGovernor.ProposalState.Succeeded || state == IGovernor.ProposalState.Queued
            || state == IGovernor.ProposalState.Expired;
        return waiting && block.timestamp > IGovernor(governor).proposalDeadline(proposalId) + STUCK_AFTER;
    }

    // ------------------------------------------------------------------------------------ stakes of submissions

    /// @inheritdoc IBondVault
    function stake(uint256 submissionId, address contributor, uint256 amount) external nonReentrant onlyRegistry {
        if (amount == 0 || amount > type(uint96).max) revert VaultInvalidAmount(amount);
        if (_stakes[submissionId].amount != 0) revert VaultStakeExists(submissionId);
        // casting is safe: checked above
        // forge-lint: disable-next-line(unsafe-typecast)
        _stakes[submissionId] = Stake({contributor: contributor, amount: uint96(amount)});
        emit SubmissionStaked(submissionId, contributor, amount);
        TOKEN.stake(contributor, amount);
    }

    /// @inheritdoc IBondVault
    function release(uint256 submissionId, uint256 burnBps) external nonReentrant onlyRegistry {
        if (burnBps > Shares.WHOLE) revert VaultInvalidAmount(burnBps);
        _release(submissionId, burnBps);
    }

    /// @inheritdoc IBondVault
    function accept(uint256 submissionId, uint256 proposalId) external nonReentrant onlyRegistry {
        address contributor = _release(submissionId, 0);
        (, uint256 earned) = IZooGovernor(governor).rewardsOf(proposalId);
        _reward(contributor, proposalId, earned);
    }

    function _release(uint256 submissionId, uint256 burnBps) private returns (address contributor) {
        Stake memory held = _stakes[submissionId];
        if (held.amount == 0) revert VaultNoStake(submissionId);
        contributor = held.contributor;
        delete _stakes[submissionId];
        uint256 burned = Shares.penalty(held.amount, burnBps);
        emit SubmissionReleased(submissionId, contributor, held.amount - burned, burned);
        _giveBack(contributor, held.amount, burned);
    }

    // ------------------------------------------------------------------------------------------------- rewards

    /// @inheritdoc IBondVault
    function fundRewards(uint256 amount) external nonReentrant {
        if (amount == 0 || amount > type(uint96).max) revert VaultInvalidAmount(amount);
        rewardPool += uint96(amount);
        emit RewardsFunded(msg.sender, amount);
        TOKEN.safeTransferFrom(msg.sender, address(this), amount);
    }

    /// @inheritdoc IBondVault
    function collectDue(address account) external nonReentrant returns (uint256 amount) {
        Account storage its = _accounts[account];
        (uint256 units,) = Shares.payNow(its.due, rewardPool / DUE_UNIT);
        if (units == 0) revert VaultNothingDue(account);
        amount = units * DUE_UNIT;
        rewardPool -= uint96(amount);
        (its.earned, its.due) = (its.earned + uint96(amount), its.due - uint64(units));
        emit DuePaid(account, amount);
    }

    /// @inheritdoc IBondVault
    function withdraw() external nonReentrant returns (uint256 amount) {
        Account memory mine = _accounts[msg.sender];
        amount = uint256(mine.refunded) + mine.earned;
        if (amount == 0) revert VaultNothingToWithdraw(msg.sender);
        _accounts[msg.sender] = Account({refunded: 0, earned: 0, due: mine.due});
        emit Withdrawn(msg.sender, amount);
        if (mine.refunded > 0) TOKEN.unstake(msg.sender, msg.sender, mine.refunded);
        if (mine.earned > 0) TOKEN.safeTransfer(msg.sender, mine.earned);
    }

    /// @inheritdoc IBondVault
    function owed(address account) external view returns (uint256) {
        Account memory its = _accounts[account];
        return uint256(its.refunded) + its.earned;
    }

    /// @inheritdoc IBondVault
    function refundedOf(address account) external view returns (uint256) {
        return _accounts[account].refunded;
    }

    /// @inheritdoc IBondVault
    function due(address account) external view returns (uint256) {
        return _accounts[account].due * DUE_UNIT;
    }

    /// @inheritdoc IBondVault
    function stakeOf(uint256 submissionId) external view returns (uint256) {
        return _stakes[submissionId].amount;
    }

    /// @inheritdoc IBondVault
    function bond(uint256 proposalId) external view returns (Bond memory) {
        return _bonds[proposalId];
    }

    /// @dev What the pool cannot pay stays due, so that nobody gains or loses by the moment at which a bond is settled.
    function _reward(address account, uint256 proposalId, uint256 earned) private {
        if (earned == 0) return;
        (uint256 paid, uint256 unpaid) = Shares.payNow(earned, rewardPool);
        rewardPool -= uint96(paid);
        Account storage its = _accounts[account];
        (its.earned, its.due) = (its.earned + uint96(paid), its.due + uint64(unpaid / DUE_UNIT));
        emit RewardEarned(account, proposalId, earned, paid);
    }

    // forge-lint: disable-end(unsafe-typecast)
}

// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

import {IGovernor} from "@openzeppelin/contracts/governance/IGovernor.sol";
import {IVotes} from "@openzeppelin/contracts/governance/utils/IVotes.sol";
import {Votes} from "@openzeppelin/contracts/governance/utils/Votes.sol";
import {SafeERC20} from "@openzeppelin/contracts/token/ERC20/utils/SafeERC20.sol";
import {EIP712} from "@openzeppelin/contracts/utils/cryptography/EIP712.sol";
import {Math} from "@openzeppelin/contracts/utils/math/Math.sol";
import {ReentrancyGuardTransient} from "@openzeppelin/contracts/utils/ReentrancyGuardTransient.sol";
import {KeeperToken} from "./KeeperToken.sol";
import {IBondVault} from "./interfaces/IBondVault.sol";
import {IZooGovernor} from "./interfaces/IZooGovernor.sol";

/// @title Stakes of proposals and submissions
contract BondVault is IBondVault, Votes, ReentrancyGuardTransient {
    using SafeERC20 for KeeperToken;

    /// @notice A proposal that could have been executed for so long gives its stake back.
    uint256 public constant STUCK_AFTER = 30 days;
    /// @notice Part of a malicious proposal's stake that is lost (appendix C).
    uint256 public constant SLASH_BPS = 5000;

    KeeperToken public immutable TOKEN;
    /// @notice Executes what governance decides: the timelock.
    address public immutable GOVERNANCE;
    address private immutable DEPLOYER;

    /// @notice The Governor, bound once after deployment.
    address public governor;
    /// @notice The registry, bound once after deployment.
    address public registry;
    /// @notice KEEPER from which rewards are paid.
    uint256 public rewardPool;
    /// @notice KEEPER held for bonds and submission stakes.
    uint256 public totalStaked;
    /// @notice KEEPER credited and not yet withdrawn, shares of defeated bonds included.
    uint256 public totalOwed;

    struct Stake {
        address contributor;
        uint128 amount;
    }

    mapping(uint256 proposalId => Bond) private _bonds;
    mapping(uint256 submissionId => Stake) private _stakes;
    mapping(address account => uint256) private _owed;
    mapping(address account => uint256) private _votingUnits;
    mapping(uint256 proposalId => mapping(address voter => bool)) private _claimed;

    constructor(KeeperToken token, address governance) EIP712("Zoo Bond Vault", "1") {
        if (address(token) == address(0) || governance == address(0)) revert VaultZeroAddress();
        TOKEN = token;
        GOVERNANCE = governance;
        DEPLOYER = msg.sender;
    }

    /// @notice Binds the contracts that may post bonds, once; only the deployer, who keeps no other power.
    function bind(address governor_, address registry_) external {
        if (msg.sender != DEPLOYER) revert VaultOnlyDeployer(msg.sender);
        if (governor != address(0)) revert VaultAlreadyBound();
        if (governor_ == address(0) || registry_ == address(0)) revert VaultZeroAddress();
        governor = governor_;
        registry = registry_;
        emit GovernorBound(governor_, registry_);
    }

    modifier onlyGovernance() {
        if (msg.sender != GOVERNANCE) revert VaultOnlyGovernance(msg.sender);
        _;
    }

    // --------------------------------------------------------------------------------------- bonds of proposals

    /// @inheritdoc IBondVault
    function post(uint256 proposalId, address proposer, uint128 amount, DefeatMode mode, uint128 rewardCap)
        external
        nonReentrant
    {
        if (msg.sender != governor) revert VaultOnlyGovernor(msg.sender);
        if (amount == 0) revert VaultInvalidAmount(amount);
        if (_bonds[proposalId].status != BondStatus.None) revert VaultBondExists(proposalId);
        _bonds[proposalId] = Bond({
            proposer: proposer,
            mode: mode,
            status: BondStatus.Held,
            amount: amount,
            rewardCap: rewardCap,
            againstVotes: 0
        });
        emit BondPosted(proposalId, proposer, amount, mode, rewardCap);
        _take(proposer, amount);
    }

    /// @inheritdoc IBondVault
    function settle(uint256 proposalId) external nonReentrant {
        if (governor == address(0)) revert VaultNotBound();
        Bond storage held = _heldBond(proposalId);
        IGovernor.ProposalState state = IGovernor(governor).state(proposalId);
        if (state == IGovernor.ProposalState.Executed) {
            _reward(proposalId, held);
        } else if (state == IGovernor.ProposalState.Defeated) {
            _defeat(proposalId, held);
        } else if (state == IGovernor.ProposalState.Canceled) {
            _cancelled(proposalId, held);
        } else if (state == IGovernor.ProposalState.Expired || _isStuck(proposalId, state)) {
            _end(proposalId, held, BondStatus.Refunded, 0, 0);
        } else {
            revert VaultNotSettleable(proposalId, uint8(state));
        }
    }

    /// @inheritdoc IBondVault
    function slash(uint256 proposalId) external nonReentrant onlyGovernance {
        _slash(proposalId, _heldBond(proposalId));
    }

    /// @inheritdoc IBondVault
    function claimDefeatShare(uint256 proposalId, address voter) external nonReentrant returns (uint256 amount) {
        Bond storage shared = _bonds[proposalId];
        bool opposed = IZooGovernor(governor).choiceOf(proposalId, voter) == 1;
        if (shared.status != BondStatus.Shared || !opposed || _claimed[proposalId][voter]) {
            revert VaultNothingToClaim(proposalId, voter);
        }
        _claimed[proposalId][voter] = true;
        uint256 votes = IGovernor(governor).getVotes(voter, IGovernor(governor).proposalSnapshot(proposalId));
        amount = Math.mulDiv(shared.amount, votes, shared.againstVotes);
        // The pot was counted as owed when the bond was shared.
        _owed[voter] += amount;
        emit DefeatShareClaimed(proposalId, voter, amount);
    }

    /// @dev Refund, and a reward in proportion to the votes for among the supply at the snapshot.
    function _reward(uint256 proposalId, Bond storage held) private {
        (, uint256 forVotes,) = IZooGovernor(governor).proposalVotes(proposalId);
        uint256 supply = TOKEN.getPastTotalSupply(IGovernor(governor).proposalSnapshot(proposalId));
        uint256 earned = supply == 0 ? 0 : Math.mulDiv(held.rewardCap, forVotes, supply);
        uint256 reward = Math.min(earned, rewardPool);
        rewardPool -= reward;
        if (reward > 0) _credit(held.proposer, reward);
        _end(proposalId, held, BondStatus.Refunded, 0, reward);
    }

    function _defeat(uint256 proposalId, Bond storage held) private {
        (uint256 against,,) = IZooGovernor(governor).proposalVotes(proposalId);
        if (held.mode == DefeatMode.ShareAmongOpponents && against > 0) {
            held.againstVotes = against;
            held.status = BondStatus.Shared;
            uint256 amount = held.amount;
            totalStaked -= amount;
            totalOwed += amount;
            _moveUnits(held.proposer, address(0), amount);
            emit BondSettled(proposalId, BondStatus.Shared, 0, 0, 0);
            return;
        }
        _end(proposalId, held, BondStatus.Burned, held.amount, 0);
    }

    function _cancelled(uint256 proposalId, Bond storage held) private {
        if (IZooGovernor(governor).terms(proposalId).malicious) _slash(proposalId, held);
        else _end(proposalId, held, BondStatus.Refunded, 0, 0);
    }

    function _slash(uint256 proposalId, Bond storage held) private {
        _end(proposalId, held, BondStatus.Slashed, Math.mulDiv(held.amount, SLASH_BPS, 10_000, Math.Rounding.Ceil), 0);
    }

    /// @dev Refunds what is not burned.
    function _end(uint256 proposalId, Bond storage held, BondStatus status, uint256 burned, uint256 rewarded) private {
        held.status = status;
        uint256 refunded = held.amount - burned;
        _giveBack(held.proposer, held.amount, burned);
        emit BondSettled(proposalId, status, refunded, burned, rewarded);
    }

    function _heldBond(uint256 proposalId) private view returns (Bond storage held) {
        held = _bonds[proposalId];
        if (held.status == BondStatus.None) revert VaultNoBond(proposalId);
        if (held.status != BondStatus.Held) revert VaultAlreadySettled(proposalId, held.status);
    }

    function _isStuck(uint256 proposalId, IGovernor.ProposalState state) private view returns (bool) {
        bool waiting = state == IGovernor.ProposalState.Succeeded || state == IGovernor.ProposalState.Queued;
        return waiting && block.timestamp > IGovernor(governor).proposalDeadline(proposalId) + STUCK_AFTER;
    }

    // ------------------------------------------------------------------------------------ stakes of submissions

    /// @inheritdoc IBondVault
    function stake(uint256 submissionId, address contributor, uint128 amount) external nonReentrant {
        if (msg.sender != registry) revert VaultOnlyRegistry(msg.sender);
        if (amount == 0) revert VaultInvalidAmount(amount);
        if (_stakes[submissionId].amount != 0) revert VaultStakeExists(submissionId);
        _stakes[submissionId] = Stake({contributor: contributor, amount: amount});
        emit SubmissionStaked(submissionId, contributor, amount);
        _take(contributor, amount);
    }

    /// @inheritdoc IBondVault
    function release(uint256 submissionId, uint256 burnBps) external nonReentrant {
        if (msg.sender != registry) revert VaultOnlyRegistry(msg.sender);
        if (burnBps > 10_000) revert VaultInvalidAmount(burnBps);
        Stake memory held = _stakes[submissionId];
        if (held.amount == 0) revert VaultNoStake(submissionId);
        delete _stakes[submissionId];
        uint256 burned = Math.mulDiv(held.amount, burnBps, 10_000, Math.Rounding.Ceil);
        _giveBack(held.contributor, held.amount, burned);
        emit SubmissionReleased(submissionId, held.contributor, held.amount - burned, burned);
    }

    // ------------------------------------------------------------------------------------------ money and votes

    /// @inheritdoc IBondVault
    function fundRewards(uint256 amount) external nonReentrant {
        if (amount == 0) revert VaultInvalidAmount(amount);
        rewardPool += amount;
        emit RewardsFunded(msg.sender, amount);
        TOKEN.safeTransferFrom(msg.sender, address(this), amount);
    }

    /// @inheritdoc IBondVault
    function withdraw() external nonReentrant returns (uint256 amount) {
        amount = _owed[msg.sender];
        if (amount == 0) revert VaultNothingToWithdraw(msg.sender);
        _owed[msg.sender] = 0;
        totalOwed -= amount;
        emit Withdrawn(msg.sender, amount);
        TOKEN.safeTransfer(msg.sender, amount);
    }

    /// @inheritdoc IBondVault
    function owed(address account) external view returns (uint256) {
        return _owed[account];
    }

    /// @inheritdoc IBondVault
    function bond(uint256 proposalId) external view returns (Bond memory) {
        return _bonds[proposalId];
    }

    function clock() public view override returns (uint48) {
        return TOKEN.clock();
    }

    // solhint-disable-next-line func-name-mixedcase
    function CLOCK_MODE() public view override returns (string memory) {
        return TOKEN.CLOCK_MODE();
    }

    /// @dev Tokens come in and their votes go to whom their owner has delegated here, or in the token, or to the owner.
    function _take(address from, uint256 amount) private {
        totalStaked += amount;
        if (delegates(from) == address(0)) {
            address chosen = IVotes(address(TOKEN)).delegates(from);
            _delegate(from, chosen == address(0) ? from : chosen);
        }
        _moveUnits(address(0), from, amount);
        TOKEN.safeTransferFrom(from, address(this), amount);
    }

    function _giveBack(address to, uint256 amount, uint256 burned) private {
        totalStaked -= amount;
        _moveUnits(to, address(0), amount);
        if (amount > burned) _credit(to, amount - burned);
        if (burned > 0) TOKEN.burn(burned);
    }

    function _credit(address account, uint256 amount) private {
        _owed[account] += amount;
        totalOwed += amount;
        emit RewardCredited(account, amount);
    }

    function _moveUnits(address from, address to, uint256 amount) private {
        if (from != address(0)) _votingUnits[from] -= amount;
        if (to != address(0)) _votingUnits[to] += amount;
        _transferVotingUnits(from, to, amount);
    }

    function _getVotingUnits(address account) internal view override returns (uint256) {
        return _votingUnits[account];
    }
}

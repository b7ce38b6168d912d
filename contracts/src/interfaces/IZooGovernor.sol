// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

import {IBondVault} from "./IBondVault.sol";
import {IExperienceRegistry} from "./IExperienceRegistry.sol";

/// @title What Zoo adds to OpenZeppelin's Governor
/// @notice A proposal's terms are fixed when it is made: delay, period, quorum, threshold, stake, penalty, rewards and
/// what becomes of a defeated stake. All of them change only by vote, and only for proposals made afterwards.
interface IZooGovernor {
    /// @notice The terms of a proposal as they were when it was made (CVE-2022-31198).
    struct Terms {
        /// Percent of the supply at the snapshot that must take part.
        uint16 quorumPercent;
        /// Ten-thousandths of the votes for and against that must be for.
        uint16 thresholdBps;
        /// Ten-thousandths of its stake that it loses when it is malicious.
        uint16 slashBps;
        /// True once the guardian cancelled it as malicious.
        bool malicious;
        /// KEEPER that its proposer earns at most, when every token votes for.
        uint80 rewardCap;
        /// KEEPER that each accepted contributor earns at most, when every token votes for.
        uint80 contributionCap;
    }

    event TermsFixed(uint256 indexed proposalId, Terms terms);
    event LibraryUpdateProposed(uint256 indexed proposalId, uint64 indexed seq, bytes32 indexed recordsRoot);
    event QuorumPercentSet(uint256 oldPercent, uint256 newPercent);
    event ApprovalThresholdSet(uint256 oldThresholdBps, uint256 newThresholdBps);
    event ProposalBondSet(uint256 oldBond, uint256 newBond);
    event SlashingPenaltySet(uint256 oldSlashBps, uint256 newSlashBps);
    event RewardCapsSet(uint256 proposalCap, uint256 contributionCap);
    event DefeatModeSet(IBondVault.DefeatMode oldMode, IBondVault.DefeatMode newMode);
    event ProposalMarkedMalicious(uint256 indexed proposalId, address indexed guardian);

    /// @notice The approval threshold lies above 50 and at most at 90 percent.
    error ZooGovernorInvalidThreshold(uint256 thresholdBps);
    /// @notice The quorum lies between 1 and 50 percent.
    error ZooGovernorInvalidQuorum(uint256 quorumPercent);
    /// @notice A proposal's stake is between 1 and 1,000,000 KEEPER.
    error ZooGovernorInvalidBond(uint256 bond);
    /// @notice The penalty lies between 1 and 10,000 ten-thousandths.
    error ZooGovernorInvalidPenalty(uint256 slashBps);
    /// @notice A reward is at most 1,000,000 KEEPER.
    error ZooGovernorInvalidReward(uint256 cap);
    /// @notice The voting delay lies between 1 and 14 days: shorter ones invite votes with borrowed tokens.
    error ZooGovernorInvalidVotingDelay(uint256 delay);
    /// @notice The voting period lies between 1 and 30 days.
    error ZooGovernorInvalidVotingPeriod(uint256 period);
    /// @notice The votes that a proposer needs are at most 1,000,000 KEEPER.
    error ZooGovernorInvalidProposalThreshold(uint256 threshold);
    /// @notice An account votes once on a proposal.
    error ZooGovernorAlreadyVoted(uint256 proposalId, address voter);
    /// @notice 0 is against, 1 for, 2 abstain.
    error ZooGovernorInvalidChoice(uint8 support);
    error ZooGovernorZeroAddress();
    /// @notice The timelock is the owner of registry, vault and treasury and cannot be replaced.
    error ZooGovernorTimelockFixed();
    /// @notice A vote cannot make the Governor stake anybody's tokens.
    error ZooGovernorRelayToVault();
    /// @notice The guardian cannot cancel the proposal that replaces the guardian.
    error ZooGovernorGuardianReplacement(uint256 proposalId);

    /// @notice Proposes that a version of the library comes into force.
    /// @param update Continues the version in force: the next `seq`, and `previous` its commit hash.
    /// @param accepted Pending submissions that the version took in; their contributors are rewarded with it.
    /// @param rejected Pending submissions that are turned down with it; they lose their stakes.
    function proposeLibraryUpdate(
        IExperienceRegistry.Update calldata update,
        uint256[] calldata accepted,
        uint256[] calldata rejected,
        string calldata description
    ) external returns (uint256 proposalId);

    /// @notice Lets the vault take the caller's stake, by signature. A permit that does not hold, or that somebody else
    /// has already handed in, is passed over: the stake is taken if the allowance suffices, and the call reverts if not.
    function proposeWithPermit(
        address[] memory targets,
        uint256[] memory values,
        bytes[] memory calldatas,
        string memory description,
        IBondVault.StakePermit calldata permit
    ) external returns (uint256 proposalId);

    /// @notice The call that {proposeLibraryUpdate} proposes, to queue, execute or cancel it.
    function libraryUpdateCall(
        IExperienceRegistry.Update calldata update,
        uint256[] calldata accepted,
        uint256[] calldata rejected
    ) external view returns (address[] memory targets, uint256[] memory values, bytes[] memory calldatas);

    /// @notice The proposal whose calls are being made in this very moment; 0 otherwise.
    function executingProposal() external view returns (uint256);

    /// @notice The terms of a proposal; all zero for an unknown one.
    function terms(uint256 proposalId) external view returns (Terms memory);

    /// @notice The least votes that must take part in a proposal, by its own terms. Known once its vote is open.
    function proposalQuorum(uint256 proposalId) external view returns (uint256);

    /// @notice KEEPER that its proposer and each accepted contributor earn once a proposal is executed: its caps, in
    /// proportion to the votes for among the supply at the snapshot.
    function rewardsOf(uint256 proposalId) external view returns (uint256 proposer, uint256 contributor);

    /// @notice Votes of a proposal so far, in units of 10^-18.
    function proposalVotes(uint256 proposalId)
        external
        view
        returns (uint256 against, uint256 forVotes, uint256 abstain);

    /// @notice What an account chose: 0 not voted, 1 against, 2 for, 3 abstain.
    function choiceOf(uint256 proposalId, address voter) external view returns (uint8);
}

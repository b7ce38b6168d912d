// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

import {IGovernor} from "@openzeppelin/contracts/governance/IGovernor.sol";
import {SafeCast} from "@openzeppelin/contracts/utils/math/SafeCast.sol";
import {IZooGovernor} from "../interfaces/IZooGovernor.sol";
import {Shares} from "../libraries/Shares.sol";
import {Supermajority} from "../libraries/Supermajority.sol";
import {GovernorTerms} from "./GovernorTerms.sol";

/// @title Counting of votes: against, for, abstain; a quorum of all three, a supermajority of the first two
abstract contract GovernorSupermajority is GovernorTerms {
    mapping(uint256 proposalId => uint256) private _abstained;
    mapping(uint256 proposalId => mapping(address voter => uint8)) private _choices;

    /// @inheritdoc IZooGovernor
    function proposalVotes(uint256 proposalId)
        external
        view
        returns (uint256 against, uint256 forVotes, uint256 abstain)
    {
        Poll storage poll = _polls[proposalId];
        return (poll.against, poll.forVotes, _abstained[proposalId]);
    }

    /// @inheritdoc IZooGovernor
    function choiceOf(uint256 proposalId, address voter) external view returns (uint8) {
        return _choices[proposalId][voter];
    }

    /// @inheritdoc IZooGovernor
    function proposalQuorum(uint256 proposalId) external view returns (uint256) {
        uint256 supply = _supplyAt(proposalSnapshot(proposalId));
        return Supermajority.quorumOf(supply, _polls[proposalId].quorumPercent);
    }

    /// @inheritdoc IZooGovernor
    function rewardsOf(uint256 proposalId) external view returns (uint256 proposer, uint256 contributor) {
        uint256 supply = _supplyAt(proposalSnapshot(proposalId));
        uint256 forVotes = _polls[proposalId].forVotes;
        (uint256 proposerCap, uint256 contributorCap) = _capsOf(proposalId);
        proposer = Shares.proportion(proposerCap, forVotes, supply);
        contributor = Shares.proportion(contributorCap, forVotes, supply);
    }

    /// @inheritdoc IGovernor
    // solhint-disable-next-line func-name-mixedcase
    function COUNTING_MODE() public pure override returns (string memory) {
        return "support=bravo&quorum=against,for,abstain";
    }

    /// @inheritdoc IGovernor
    function hasVoted(uint256 proposalId, address account) public view override returns (bool) {
        return _choices[proposalId][account] != 0;
    }

    /// @notice The least votes that had to take part in a proposal made at a past moment. A proposal is held to its own
    /// terms, which {proposalQuorum} tells.
    function quorum(uint256 timepoint) public view override returns (uint256) {
        return Supermajority.quorumOf(_supplyAt(timepoint), _quorumPercentAt(timepoint));
    }

    /// @dev Votes are below 2^96, as the supply is ({KeeperToken}).
    function _countVote(uint256 proposalId, address account, uint8 support, uint256 weight, bytes memory)
        internal
        override
        returns (uint256)
    {
        if (support > 2) revert ZooGovernorInvalidChoice(support);
        if (_choices[proposalId][account] != 0) revert ZooGovernorAlreadyVoted(proposalId, account);
        _choices[proposalId][account] = support + 1;
        Poll storage poll = _polls[proposalId];
        uint96 votes = SafeCast.toUint96(weight);
        if (support == 0) poll.against += votes;
        else if (support == 1) poll.forVotes += votes;
        else _abstained[proposalId] += votes;
        return weight;
    }

    function _quorumReached(uint256 proposalId) internal view override returns (bool) {
        Poll storage poll = _polls[proposalId];
        uint256 votes = uint256(poll.against) + poll.forVotes + _abstained[proposalId];
        uint256 supply = _supplyAt(proposalSnapshot(proposalId));
        return Supermajority.reachesQuorum(votes, supply, poll.quorumPercent);
    }

    function _voteSucceeded(uint256 proposalId) internal view override returns (bool) {
        Poll storage poll = _polls[proposalId];
        return Supermajority.passes(poll.forVotes, poll.against, poll.thresholdBps);
    }

    /// @dev KEEPER in existence at a past moment.
    function _supplyAt(uint256 timepoint) internal view virtual returns (uint256);
}

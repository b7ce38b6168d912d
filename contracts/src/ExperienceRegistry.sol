// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

import {ReentrancyGuardTransient} from "@openzeppelin/contracts/utils/ReentrancyGuardTransient.sol";
import {IBondVault} from "./interfaces/IBondVault.sol";
import {IExperienceRegistry} from "./interfaces/IExperienceRegistry.sol";
import {IPersonhood} from "./interfaces/IPersonhood.sol";
import {IReputation} from "./interfaces/IReputation.sol";
import {MerkleLog} from "./libraries/MerkleLog.sol";

/// @title The versions of the experience library that are in force
contract ExperienceRegistry is IExperienceRegistry, ReentrancyGuardTransient {
    /// @notice A submission that no version took in for so long may be taken back.
    uint48 public constant WITHDRAWABLE_AFTER = 30 days;
    /// @notice Submissions that one version may accept or reject at most.
    uint256 public constant MAX_BATCH = 64;
    /// @notice Part of a malicious submission's stake that is lost (appendix C).
    uint256 public constant SLASH_BPS = 5000;

    /// @notice Executes what governance decides: the timelock.
    address public immutable GOVERNANCE;
    IBondVault public immutable VAULT;
    IReputation public immutable REPUTATION;

    /// @notice Who must vouch for contributors, or the zero address.
    IPersonhood public personhood;
    /// @notice KEEPER that a submission stakes, before reputation (appendix C: 100).
    uint128 public experienceStake = 100 ether;

    uint64 private _count;
    uint256 private _submissions;
    mapping(uint64 seq => Version) private _versions;
    mapping(uint256 submissionId => Submission) private _submissionOf;

    constructor(address governance, IBondVault vault, IReputation reputation) {
        if (governance == address(0) || address(vault) == address(0) || address(reputation) == address(0)) {
            revert RegistryZeroAddress();
        }
        GOVERNANCE = governance;
        VAULT = vault;
        REPUTATION = reputation;
    }

    modifier onlyGovernance() {
        if (msg.sender != GOVERNANCE) revert RegistryOnlyGovernance(msg.sender);
        _;
    }

    // ------------------------------------------------------------------------------------------------ versions

    /// @inheritdoc IExperienceRegistry
    function publish(
        Version calldata version,
        uint256 proposalId,
        uint256[] calldata accepted,
        uint256[] calldata rejected
    ) external onlyGovernance nonReentrant {
        uint64 seq = _count + 1;
        bytes32 previous = _versions[_count].commitHash;
        if (version.seq != seq) revert RegistryUnexpectedSequence(seq, version.seq);
        if (version.previous != previous) revert RegistryUnexpectedPrevious(previous, version.previous);
        if (version.commitHash == 0) revert RegistryEmptyField("commitHash");
        if (version.recordsRoot == 0) revert RegistryEmptyField("recordsRoot");
        if (version.mapRoot == 0 && version.size != 0) revert RegistryEmptyField("mapRoot");
        if (version.logRoot == 0) revert RegistryEmptyField("logRoot");
        if (version.cidDigest == 0) revert RegistryEmptyField("cidDigest");

        _count = seq;
        Version memory stored = version;
        stored.timestamp = uint48(block.timestamp);
        stored.proposalId = proposalId;
        _versions[seq] = stored;
        emit VersionPublished(seq, stored.recordsRoot, proposalId, stored);
        _accept(accepted, seq);
        _reject(rejected);
    }

    /// @inheritdoc IExperienceRegistry
    function latest() external view returns (Version memory) {
        if (_count == 0) revert RegistryUnknownVersion(0);
        return _versions[_count];
    }

    /// @inheritdoc IExperienceRegistry
    function versionAt(uint64 seq) public view returns (Version memory) {
        if (seq == 0 || seq > _count) revert RegistryUnknownVersion(seq);
        return _versions[seq];
    }

    /// @inheritdoc IExperienceRegistry
    function versionCount() external view returns (uint64) {
        return _count;
    }

    /// @inheritdoc IExperienceRegistry
    function verifyInclusion(uint64 seq, uint64 index, bytes calldata record, bytes32[] calldata path)
        external
        view
        returns (bool)
    {
        Version memory version = versionAt(seq);
        return MerkleLog.verifyInclusion(version.recordsRoot, version.size, index, MerkleLog.leafHash(record), path);
    }

    // --------------------------------------------------------------------------------------------- submissions

    /// @inheritdoc IExperienceRegistry
    function submit(bytes32 recordHash, bytes32 cidDigest) external nonReentrant returns (uint256 submissionId) {
        if (recordHash == 0) revert RegistryEmptyField("recordHash");
        if (cidDigest == 0) revert RegistryEmptyField("cidDigest");
        if (address(personhood) != address(0) && !personhood.isPerson(msg.sender)) {
            revert RegistryPersonhoodRequired(msg.sender);
        }
        uint256 amount = requiredStake(msg.sender);
        submissionId = ++_submissions;
        _submissionOf[submissionId] = Submission({
            contributor: msg.sender,
            submittedAt: uint48(block.timestamp),
            state: SubmissionState.Pending,
            recordHash: recordHash,
            cidDigest: cidDigest
        });
        emit ExperienceSubmitted(submissionId, msg.sender, recordHash, cidDigest, amount);
        VAULT.stake(submissionId, msg.sender, uint128(amount));
    }

    /// @inheritdoc IExperienceRegistry
    function withdraw(uint256 submissionId) external nonReentrant {
        Submission storage pending = _pending(submissionId);
        if (pending.contributor != msg.sender) revert RegistryNotContributor(submissionId, msg.sender);
        uint48 withdrawableAt = pending.submittedAt + WITHDRAWABLE_AFTER;
        if (block.timestamp < withdrawableAt) revert RegistryTooEarly(submissionId, withdrawableAt);
        pending.state = SubmissionState.Withdrawn;
        emit SubmissionWithdrawn(submissionId);
        VAULT.release(submissionId, 0);
    }

    /// @inheritdoc IExperienceRegistry
    function slash(uint256 submissionId) external onlyGovernance nonReentrant {
        Submission storage pending = _pending(submissionId);
        pending.state = SubmissionState.Slashed;
        emit SubmissionSlashed(submissionId);
        REPUTATION.recordSlashed(pending.contributor);
        VAULT.release(submissionId, SLASH_BPS);
    }

    /// @inheritdoc IExperienceRegistry
    function submission(uint256 submissionId) external view returns (Submission memory) {
        if (_submissionOf[submissionId].state == SubmissionState.None) revert RegistryUnknownSubmission(submissionId);
        return _submissionOf[submissionId];
    }

    /// @notice Submissions so far; ids count up from 1.
    function submissionCount() external view returns (uint256) {
        return _submissions;
    }

    /// @inheritdoc IExperienceRegistry
    function requiredStake(address account) public view returns (uint256) {
        return experienceStake * REPUTATION.stakeMultiplier(account);
    }

    function _accept(uint256[] calldata ids, uint64 seq) private {
        if (ids.length > MAX_BATCH) revert RegistryTooManySubmissions(ids.length, MAX_BATCH);
        for (uint256 index = 0; index < ids.length; ++index) {
            Submission storage pending = _pending(ids[index]);
            pending.state = SubmissionState.Accepted;
            emit SubmissionAccepted(ids[index], seq);
            REPUTATION.recordAccepted(pending.contributor);
            VAULT.release(ids[index], 0);
        }
    }

    function _reject(uint256[] calldata ids) private {
        if (ids.length > MAX_BATCH) revert RegistryTooManySubmissions(ids.length, MAX_BATCH);
        for (uint256 index = 0; index < ids.length; ++index) {
            Submission storage pending = _pending(ids[index]);
            pending.state = SubmissionState.Rejected;
            emit SubmissionRejected(ids[index]);
            REPUTATION.recordRejected(pending.contributor);
            VAULT.release(ids[index], 10_000);
        }
    }

    function _pending(uint256 submissionId) private view returns (Submission storage pending) {
        pending = _submissionOf[submissionId];
        if (pending.state == SubmissionState.None) revert RegistryUnknownSubmission(submissionId);
        if (pending.state != SubmissionState.Pending) revert RegistrySubmissionNotPending(submissionId, pending.state);
    }

    // ---------------------------------------------------------------------------------------------- parameters

    /// @notice Sets the stake of new submissions; 1 to 100,000 KEEPER. Only governance.
    function setExperienceStake(uint256 stake) external onlyGovernance {
        if (stake < 1 ether || stake > 100_000 ether) revert RegistryInvalidStake(stake);
        emit ExperienceStakeSet(experienceStake, stake);
        experienceStake = uint128(stake);
    }

    /// @notice Chooses who must vouch for contributors; the zero address for nobody. Only governance.
    function setPersonhood(IPersonhood newPersonhood) external onlyGovernance {
        emit PersonhoodSet(address(personhood), address(newPersonhood));
        personhood = newPersonhood;
    }
}

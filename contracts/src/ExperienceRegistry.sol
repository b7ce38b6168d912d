// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

import {IGovernor} from "@openzeppelin/contracts/governance/IGovernor.sol";
import {IERC20Permit} from "@openzeppelin/contracts/token/ERC20/extensions/IERC20Permit.sol";
import {ReentrancyGuardTransient} from "@openzeppelin/contracts/utils/ReentrancyGuardTransient.sol";
import {IBondVault} from "./interfaces/IBondVault.sol";
import {IExperienceRegistry} from "./interfaces/IExperienceRegistry.sol";
import {IPersonhood} from "./interfaces/IPersonhood.sol";
import {IReputation} from "./interfaces/IReputation.sol";
import {IZooGovernor} from "./interfaces/IZooGovernor.sol";
import {MerkleLog} from "./libraries/MerkleLog.sol";
import {Shares} from "./libraries/Shares.sol";

/// @title The versions of the experience library that are in force
contract ExperienceRegistry is IExperienceRegistry, ReentrancyGuardTransient {
    /// @notice A submission that no version took in for so long may be taken back.
    uint48 public constant WITHDRAWABLE_AFTER = 30 days;
    /// @notice Submissions that one version may accept or reject at most.
    uint256 public constant MAX_BATCH = 64;

    /// @notice Executes what governance decides: the timelock.
    address public immutable GOVERNANCE;
    /// @notice Tells which proposal is being executed.
    IZooGovernor public immutable GOVERNOR;
    IBondVault public immutable VAULT;
    IReputation public immutable REPUTATION;
    IERC20Permit private immutable KEEPER;

    /// @notice Who must vouch for contributors, or the zero address.
    IPersonhood public personhood;
    /// @notice KEEPER that a submission stakes, before reputation (appendix C: 100).
    uint96 public experienceStake = 100 ether;
    /// @notice Experiences in a library at most (appendix C).
    uint32 public maxLibrarySize = 1000;
    /// @notice Words of an experience at most (appendix C). Clients hold to it; a contract cannot count words.
    uint16 public maxExperienceWords = 32;
    /// @notice Ten-thousandths of its stake that a malicious submission loses (appendix C).
    uint16 public slashingPenalty = 5000;

    // Of the version in force, in the slot of the parameters that publishing reads.
    uint64 private _seq;
    uint32 private _size;
    uint48 private _timestamp;
    uint48 private _block;
    bytes32 private _commitHash;
    bytes32 private _recordsRoot;

    uint256 private _submissions;
    mapping(uint64 seq => bytes32) private _digests;
    mapping(uint256 submissionId => Submission) private _submissionOf;

    /// @param keeper The token that the vault takes stakes of.
    constructor(
        address governance,
        IZooGovernor governor,
        IBondVault vault,
        IReputation reputation,
        IERC20Permit keeper
    ) {
        if (
            governance == address(0) || address(governor) == address(0) || address(vault) == address(0)
                || address(reputation) == address(0) || address(keeper) == address(0)
        ) revert RegistryZeroAddress();
        GOVERNANCE = governance;
        GOVERNOR = governor;
        VAULT = vault;
        REPUTATION = reputation;
        KEEPER = keeper;
    }

    modifier onlyGovernance() {
        if (msg.sender != GOVERNANCE) revert RegistryOnlyGovernance(msg.sender);
        _;
    }

    // ------------------------------------------------------------------------------------------------ versions

    /// @inheritdoc IExperienceRegistry
    function publish(Update calldata update, uint256[] calldata accepted, uint256[] calldata rejected)
        external
        onlyGovernance
        nonReentrant
    {
        uint256 proposalId = GOVERNOR.executingProposal();
        if (proposalId == 0) revert RegistryNoProposal();
        _checkContinues(update);
        _checkComplete(update);
        _bringIntoForce(update, proposalId);
        if (accepted.length + rejected.length == 0) return;
        uint256 openedAt = IGovernor(address(GOVERNOR)).proposalSnapshot(proposalId);
        _accept(accepted, update.seq, proposalId, openedAt);
        _reject(rejected, update.seq, openedAt);
    }

    /// @inheritdoc IExperienceRegistry
    function latest() external view returns (Head memory) {
        if (_seq == 0) revert RegistryUnknownVersion(0);
        return Head({
            seq: _seq,
            size: _size,
            timestamp: _timestamp,
            blockNumber: _block,
            commitHash: _commitHash,
            recordsRoot: _recordsRoot,
            digest: _digests[_seq]
        });
    }

    /// @inheritdoc IExperienceRegistry
    function versionCount() external view returns (uint64) {
        return _seq;
    }

    /// @inheritdoc IExperienceRegistry
    function digestAt(uint64 seq) external view returns (bytes32) {
        if (seq == 0 || seq > _seq) revert RegistryUnknownVersion(seq);
        return _digests[seq];
    }

    /// @inheritdoc IExperienceRegistry
    function isVersion(Version calldata version) public view returns (bool) {
        return keccak256(abi.encode(version)) == _digests[version.seq];
    }

    /// @inheritdoc IExperienceRegistry
    function verifyInclusion(uint64 seq, uint64 index, bytes calldata record, bytes calldata path)
        external
        view
        returns (bool)
    {
        _checkInForce(seq);
        return MerkleLog.verifyInclusion(_recordsRoot, _size, index, MerkleLog.leafHash(record), path);
    }

    /// @inheritdoc IExperienceRegistry
    function verifyInclusions(uint64 seq, uint64[] calldata indices, bytes[] calldata records, bytes calldata path)
        external
        view
        returns (bool)
    {
        _checkInForce(seq);
        return _verifyMany(_recordsRoot, _size, indices, records, path);
    }

    /// @inheritdoc IExperienceRegistry
    function verifyMerkleProof(uint64 seq, bytes calldata record, bytes calldata merkleProof)
        external
        view
        returns (bool)
    {
        _checkInForce(seq);
        return _verifyProof(_recordsRoot, _size, record, merkleProof);
    }

    /// @inheritdoc IExperienceRegistry
    function verifyInclusionIn(Version calldata version, uint64 index, bytes calldata record, bytes calldata path)
        external
        view
        returns (bool)
    {
        _checkVersion(version);
        return MerkleLog.verifyInclusion(version.recordsRoot, version.size, index, MerkleLog.leafHash(record), path);
    }

    /// @inheritdoc IExperienceRegistry
    function verifyInclusionsIn(
        Version calldata version,
        uint64[] calldata indices,
        bytes[] calldata records,
        bytes calldata path
    ) external view returns (bool) {
        _checkVersion(version);
        return _verifyMany(version.recordsRoot, version.size, indices, records, path);
    }

    /// @inheritdoc IExperienceRegistry
    function verifyMerkleProofIn(Version calldata version, bytes calldata record, bytes calldata merkleProof)
        external
        view
        returns (bool)
    {
        _checkVersion(version);
        return _verifyProof(version.recordsRoot, version.size, record, merkleProof);
    }

    function _verifyMany(
        bytes32 root,
        uint64 size,
        uint64[] calldata indices,
        bytes[] calldata records,
        bytes calldata path
    ) private pure returns (bool) {
        bytes32[] memory leaves = new bytes32[](records.length);
        for (uint256 at = 0; at < records.length; ++at) {
            leaves[at] = MerkleLog.leafHash(records[at]);
        }
        return MerkleLog.verifyMany(root, size, indices, leaves, path);
    }

    function _verifyProof(bytes32 root, uint64 size, bytes calldata record, bytes calldata proof)
        private
        pure
        returns (bool)
    {
        if (proof.length < 16 || uint64(bytes8(proof[8:16])) != size) return false;
        uint64 index = uint64(bytes8(proof[:8]));
        return MerkleLog.verifyInclusion(root, size, index, MerkleLog.leafHash(record), proof[16:]);
    }

    function _checkInForce(uint64 seq) private view {
        if (seq == 0 || seq > _seq) revert RegistryUnknownVersion(seq);
        if (seq != _seq) revert RegistrySuperseded(seq, _seq);
    }

    function _checkVersion(Version calldata version) private view {
        if (!isVersion(version)) revert RegistryUnknownVersion(version.seq);
    }

    function _checkContinues(Update calldata update) private view {
        uint64 seq = _seq + 1;
        if (update.seq != seq) revert RegistryUnexpectedSequence(seq, update.seq);
        bytes32 previous = _commitHash;
        if (update.previous != previous) revert RegistryUnexpectedPrevious(previous, update.previous);
        if (update.size > maxLibrarySize) revert RegistryLibraryTooLarge(update.size, maxLibrarySize);
    }

    function _checkComplete(Update calldata update) private pure {
        if (update.commitHash == 0) revert RegistryEmptyField("commitHash");
        if (update.recordsRoot == 0) revert RegistryEmptyField("recordsRoot");
        if (update.mapRoot == 0 && update.size != 0) revert RegistryEmptyField("mapRoot");
        if (update.logRoot == 0) revert RegistryEmptyField("logRoot");
        if (update.cidDigest == 0) revert RegistryEmptyField("cidDigest");
    }

    /// @dev Of the version in force, what contracts read is kept; of all others, what it takes to verify them.
    function _bringIntoForce(Update calldata update, uint256 proposalId) private {
        Version memory version = Version({
            seq: update.seq,
            size: update.size,
            timestamp: uint48(block.timestamp),
            previousBlock: _block,
            commitHash: update.commitHash,
            recordsRoot: update.recordsRoot,
            mapRoot: update.mapRoot,
            logRoot: update.logRoot,
            cidDigest: update.cidDigest,
            arweaveId: update.arweaveId,
            previous: update.previous,
            proposalId: proposalId
        });
        (_seq, _timestamp, _block) = (update.seq, uint48(block.timestamp), uint48(block.number));
        // casting is safe: the size is at most `maxLibrarySize`
        // forge-lint: disable-next-line(unsafe-typecast)
        _size = uint32(update.size);
        _commitHash = update.commitHash;
        _recordsRoot = update.recordsRoot;
        _digests[update.seq] = keccak256(abi.encode(version));
        emit VersionPublished(update.seq, update.recordsRoot, proposalId, version);
    }

    // --------------------------------------------------------------------------------------------- submissions

    /// @inheritdoc IExperienceRegistry
    function submit(bytes32 recordHash, bytes32 cidDigest) external nonReentrant returns (uint256 submissionId) {
        return _submit(recordHash, cidDigest, requiredStake(msg.sender));
    }

    /// @inheritdoc IExperienceRegistry
    function submitWithPermit(bytes32 recordHash, bytes32 cidDigest, IBondVault.StakePermit calldata permit)
        external
        nonReentrant
        returns (uint256 submissionId)
    {
        uint256 amount = requiredStake(msg.sender);
        // Somebody may hand in the permit first; the allowance then stands all the same.
        try KEEPER.permit(msg.sender, address(VAULT), amount, permit.deadline, permit.v, permit.r, permit.s) {} catch {}
        return _submit(recordHash, cidDigest, amount);
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
        VAULT.release(submissionId, pending.slashBps);
    }

    /// @inheritdoc IExperienceRegistry
    function submission(uint256 submissionId) external view returns (Submission memory) {
        return _submission(submissionId);
    }

    /// @inheritdoc IExperienceRegistry
    function submissionCount() external view returns (uint256) {
        return _submissions;
    }

    /// @inheritdoc IExperienceRegistry
    function requiredStake(address account) public view returns (uint256) {
        return experienceStake * REPUTATION.stakeMultiplier(account);
    }

    function _submit(bytes32 recordHash, bytes32 cidDigest, uint256 amount) private returns (uint256 submissionId) {
        if (recordHash == 0) revert RegistryEmptyField("recordHash");
        if (cidDigest == 0) revert RegistryEmptyField("cidDigest");
        if (address(personhood) != address(0) && !personhood.isPerson(msg.sender)) {
            revert RegistryPersonhoodRequired(msg.sender);
        }
        submissionId = ++_submissions;
        _submissionOf[submissionId] = Submission({
            contributor: msg.sender,
            submittedAt: uint48(block.timestamp),
            slashBps: slashingPenalty,
            state: SubmissionState.Pending,
            recordHash: recordHash,
            cidDigest: cidDigest
        });
        emit ExperienceSubmitted(submissionId, msg.sender, recordHash, cidDigest, amount);
        VAULT.stake(submissionId, msg.sender, amount);
    }

    function _accept(uint256[] calldata ids, uint64 seq, uint256 proposalId, uint256 openedAt) private {
        _checkBatch(ids);
        for (uint256 index = 0; index < ids.length; ++index) {
            Submission storage decided = _submission(ids[index]);
            if (_passOver(ids[index], decided, seq, openedAt)) continue;
            decided.state = SubmissionState.Accepted;
            emit SubmissionAccepted(ids[index], seq);
            REPUTATION.recordAccepted(decided.contributor);
            VAULT.accept(ids[index], proposalId);
        }
    }

    function _reject(uint256[] calldata ids, uint64 seq, uint256 openedAt) private {
        _checkBatch(ids);
        for (uint256 index = 0; index < ids.length; ++index) {
            Submission storage decided = _submission(ids[index]);
            if (_passOver(ids[index], decided, seq, openedAt)) continue;
            decided.state = SubmissionState.Rejected;
            emit SubmissionRejected(ids[index], seq);
            REPUTATION.recordRejected(decided.contributor);
            VAULT.release(ids[index], Shares.WHOLE);
        }
    }

    /// @dev Nobody could vote on a submission that was not there when the vote opened.
    function _passOver(uint256 submissionId, Submission storage decided, uint64 seq, uint256 openedAt)
        private
        returns (bool)
    {
        if (decided.state == SubmissionState.Pending && decided.submittedAt <= openedAt) return false;
        emit SubmissionSkipped(submissionId, seq, decided.state);
        return true;
    }

    function _checkBatch(uint256[] calldata ids) private pure {
        if (ids.length > MAX_BATCH) revert RegistryTooManySubmissions(ids.length, MAX_BATCH);
    }

    function _submission(uint256 submissionId) private view returns (Submission storage known) {
        known = _submissionOf[submissionId];
        if (known.state == SubmissionState.None) revert RegistryUnknownSubmission(submissionId);
    }

    function _pending(uint256 submissionId) private view returns (Submission storage pending) {
        pending = _submission(submissionId);
        if (pending.state != SubmissionState.Pending) revert RegistrySubmissionNotPending(submissionId, pending.state);
    }

    // ---------------------------------------------------------------------------------------------- parameters
    // The casts are safe: each value is checked against its bound.
    // forge-lint: disable-start(unsafe-typecast)

    /// @notice Sets the stake of new submissions; 1 to 100,000 KEEPER. Only governance.
    function setExperienceStake(uint256 stake) external onlyGovernance {
        if (stake < 1 ether || stake > 100_000 ether) revert RegistryInvalidStake(stake);
        emit ExperienceStakeSet(experienceStake, stake);
        experienceStake = uint96(stake);
    }

    /// @notice Sets what malicious new submissions lose; 1 to 10,000 ten-thousandths. Only governance.
    function setSlashingPenalty(uint256 slashBps) external onlyGovernance {
        if (slashBps == 0 || slashBps > Shares.WHOLE) revert RegistryInvalidPenalty(slashBps);
        emit SlashingPenaltySet(slashingPenalty, slashBps);
        slashingPenalty = uint16(slashBps);
    }

    /// @notice Sets the sizes of libraries (1 to 10^9) and experiences (1 to 10,000 words) at most. Only governance.
    function setLimits(uint256 librarySize, uint256 experienceWords) external onlyGovernance {
        if (librarySize == 0 || librarySize > 1e9 || experienceWords == 0 || experienceWords > 10_000) {
            revert RegistryInvalidLimits(librarySize, experienceWords);
        }
        emit LimitsSet(librarySize, experienceWords);
        maxLibrarySize = uint32(librarySize);
        maxExperienceWords = uint16(experienceWords);
    }

    // forge-lint: disable-end(unsafe-typecast)

    /// @notice Chooses who must vouch for contributors; the zero address for nobody. Only governance.
    function setPersonhood(IPersonhood newPersonhood) external onlyGovernance {
        emit PersonhoodSet(address(personhood), address(newPersonhood));
        personhood = newPersonhood;
    }
}

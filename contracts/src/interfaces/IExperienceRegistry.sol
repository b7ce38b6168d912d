// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

import {IBondVault} from "./IBondVault.sol";

/// @title The versions of the experience library that are in force, and the experiences waiting to enter it
/// @notice The root changes only by an executed proposal (paper, sections 5.3 and 5.4). Every version names the one
/// before it. The whole history can be rebuilt from events, each of which is checked by a digest that is kept.
interface IExperienceRegistry {
    /// @notice What a proposal brings into force, as `zoo ledger` commits to it.
    struct Update {
        /// 1 for the first version in force, then counting up by one.
        uint64 seq;
        /// Experiences in the library.
        uint64 size;
        /// SHA-256 of the canonical commit object.
        bytes32 commitHash;
        /// RFC 6962 root over the records in order of their keys.
        bytes32 recordsRoot;
        /// Root of the sparse Merkle map over ids; zero for an empty library.
        bytes32 mapRoot;
        /// RFC 6962 root of the log of commits.
        bytes32 logRoot;
        /// SHA-256 digest of the CIDv1 of the version's CAR root.
        bytes32 cidDigest;
        /// Arweave transaction or data item, or zero.
        bytes32 arweaveId;
        /// Commit hash of the version in force before, or zero for the first.
        bytes32 previous;
    }

    /// @notice A version that is or was in force. The contract keeps the Keccak-256 of its ABI encoding, which anybody who
    /// has it from its event can check.
    struct Version {
        uint64 seq;
        uint64 size;
        /// When it came into force.
        uint48 timestamp;
        /// The block of the event of the version before it, or zero: so the history is read without a search.
        uint48 previousBlock;
        bytes32 commitHash;
        bytes32 recordsRoot;
        bytes32 mapRoot;
        bytes32 logRoot;
        bytes32 cidDigest;
        bytes32 arweaveId;
        bytes32 previous;
        /// The proposal that brought it into force.
        uint256 proposalId;
    }

    /// @notice What is kept of the version in force.
    struct Head {
        uint64 seq;
        uint64 size;
        uint48 timestamp;
        /// The block of its event.
        uint48 blockNumber;
        bytes32 commitHash;
        bytes32 recordsRoot;
        /// Keccak-256 of the whole {Version}, as its event has it.
        bytes32 digest;
    }

    enum SubmissionState {
        None,
        Pending,
        Accepted,
        Rejected,
        Slashed,
        Withdrawn
    }

    /// @notice An experience that a contributor offers, with a stake held in the bond vault.
    struct Submission {
        address contributor;
        uint48 submittedAt;
        /// Ten-thousandths of the stake that it loses when it is malicious, as it was when it was submitted.
        uint16 slashBps;
        SubmissionState state;
        /// SHA-256 of the record's canonical JSON.
        bytes32 recordHash;
        /// Where the record can be read: SHA-256 digest of its CIDv1.
        bytes32 cidDigest;
    }

    event VersionPublished(
        uint64 indexed seq, bytes32 indexed recordsRoot, uint256 indexed proposalId, Version version
    );
    event ExperienceSubmitted(
        uint256 indexed submissionId,
        address indexed contributor,
        bytes32 indexed recordHash,
        bytes32 cidDigest,
        uint256 stake
    );
    event SubmissionAccepted(uint256 indexed submissionId, uint64 indexed seq);
    event SubmissionRejected(uint256 indexed submissionId, uint64 indexed seq);
    /// @notice A version named a submission that was no longer pending, or that came after its vote had opened.
    event SubmissionSkipped(uint256 indexed submissionId, uint64 indexed seq, SubmissionState state);
    event SubmissionSlashed(uint256 indexed submissionId);
    event SubmissionWithdrawn(uint256 indexed submissionId);
    event ExperienceStakeSet(uint256 oldStake, uint256 newStake);
    event SlashingPenaltySet(uint256 oldSlashBps, uint256 newSlashBps);
    event LimitsSet(uint256 maxLibrarySize, uint256 maxExperienceWords);
    event PersonhoodSet(address oldPersonhood, address newPersonhood);

    error RegistryOnlyGovernance(address caller);
    /// @notice Governance called, but not from a proposal that the Governor is executing.
    error RegistryNoProposal();
    error RegistryUnexpectedSequence(uint64 expected, uint64 given);
    error RegistryUnexpectedPrevious(bytes32 expected, bytes32 given);
    error RegistryEmptyField(string field);
    error RegistryLibraryTooLarge(uint64 size, uint64 maximum);
    /// @notice There is no version of that number, or it is not what the caller says it is.
    error RegistryUnknownVersion(uint64 seq);
    /// @notice Another version is in force now; of the older one the caller must say what it was.
    error RegistrySuperseded(uint64 seq, uint64 inForce);
    error RegistryUnknownSubmission(uint256 submissionId);
    error RegistrySubmissionNotPending(uint256 submissionId, SubmissionState state);
    error RegistryTooManySubmissions(uint256 given, uint256 maximum);
    error RegistryNotContributor(uint256 submissionId, address caller);
    error RegistryTooEarly(uint256 submissionId, uint48 withdrawableAt);
    error RegistryPersonhoodRequired(address account);
    error RegistryInvalidStake(uint256 stake);
    error RegistryInvalidPenalty(uint256 slashBps);
    error RegistryInvalidLimits(uint256 maxLibrarySize, uint256 maxExperienceWords);
    error RegistryZeroAddress();

    /// @notice Brings a version into force; only governance, through a proposal that the Governor is executing.
    /// @dev Submissions that were withdrawn or decided meanwhile are passed over, so that nobody can hold up a version.
    /// @param update `seq` and `previous` must continue the version in force.
    /// @param accepted Submissions that the version took in; at most 64.
    /// @param rejected Submissions that governance turned down with it; at most 64.
    function publish(Update calldata update, uint256[] calldata accepted, uint256[] calldata rejected) external;

    /// @notice Offers an experience; pulls the stake that {requiredStake} tells from the caller into the vault.
    /// @param recordHash SHA-256 of the record's canonical JSON.
    /// @param cidDigest SHA-256 digest of the CIDv1 under which the record can be read.
    function submit(bytes32 recordHash, bytes32 cidDigest) external returns (uint256 submissionId);

    /// @notice {submit}, with a signature that lets the vault take the stake. A permit that does not hold, or that
    /// somebody else has already handed in, is passed over.
    function submitWithPermit(bytes32 recordHash, bytes32 cidDigest, IBondVault.StakePermit calldata permit)
        external
        returns (uint256 submissionId);

    /// @notice Takes back a submission that no version took in for 30 days, with its stake.
    function withdraw(uint256 submissionId) external;

    /// @notice Marks a pending submission as malicious; it loses its penalty. Only governance.
    function slash(uint256 submissionId) external;

    /// @notice The version in force; reverts while there is none.
    function latest() external view returns (Head memory);

    /// @notice Number of versions; also the sequence number of the one in force.
    function versionCount() external view returns (uint64);

    /// @notice Keccak-256 of a version's ABI encoding, by its number, from 1.
    function digestAt(uint64 seq) external view returns (bytes32);

    /// @notice Whether a version is or was in force, exactly as it is given.
    function isVersion(Version calldata version) external view returns (bool);

    /// @notice Whether a record stands at `index` of the version in force.
    /// @param seq Its number, so that nobody checks a proof against another version unawares.
    /// @param index `included[].index` of a proof that `zoo ledger prove` writes.
    /// @param record Canonical JSON of the record, as it is hashed into its leaf.
    /// @param path `path` of the proof, when it is of one record.
    function verifyInclusion(uint64 seq, uint64 index, bytes calldata record, bytes calldata path)
        external
        view
        returns (bool);

    /// @notice Whether records stand at their `indices` of the version in force, by one proof of `zoo ledger prove`.
    /// @param indices `included[].index`, ascending, and `records` in the same order; at least one.
    /// @param path `path` of the proof.
    function verifyInclusions(uint64 seq, uint64[] calldata indices, bytes[] calldata records, bytes calldata path)
        external
        view
        returns (bool);

    /// @notice Whether a record's `merkle_proof` (index and size of 8 bytes each, then the path) holds in the version in
    /// force.
    function verifyMerkleProof(uint64 seq, bytes calldata record, bytes calldata merkleProof)
        external
        view
        returns (bool);

    /// @notice {verifyInclusion} in any version, which the caller has from its event; reverts unless it is one.
    function verifyInclusionIn(Version calldata version, uint64 index, bytes calldata record, bytes calldata path)
        external
        view
        returns (bool);

    /// @notice {verifyInclusions} in any version, which the caller has from its event; reverts unless it is one.
    function verifyInclusionsIn(
        Version calldata version,
        uint64[] calldata indices,
        bytes[] calldata records,
        bytes calldata path
    ) external view returns (bool);

    /// @notice {verifyMerkleProof} in any version, which the caller has from its event; reverts unless it is one.
    function verifyMerkleProofIn(Version calldata version, bytes calldata record, bytes calldata merkleProof)
        external
        view
        returns (bool);

    /// @notice A submission by its number, from 1.
    function submission(uint256 submissionId) external view returns (Submission memory);

    /// @notice Submissions so far; ids count up from 1.
    function submissionCount() external view returns (uint256);

    /// @notice KEEPER that `account` must stake for its next submission.
    function requiredStake(address account) external view returns (uint256);
}

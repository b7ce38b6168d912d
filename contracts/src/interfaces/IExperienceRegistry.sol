// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

/// @title The versions of the experience library that are in force, and the experiences waiting to enter it
/// @notice The root changes only by an executed proposal (paper, sections 5.3 and 5.4). Every version names the one
/// before it. The whole history can be rebuilt from events.
interface IExperienceRegistry {
    /// @notice One version of the library, as `zoo ledger` commits to it.
    struct Version {
        /// 1 for the first version, then counting up by one.
        uint64 seq;
        /// Experiences in the library.
        uint64 size;
        /// When it came into force; set by the registry.
        uint48 timestamp;
        /// SHA-256 of the canonical commit object.
        bytes32 commitHash;
        /// RFC 6962 root over the records in order of their keys.
        bytes32 recordsRoot;
        /// Root of the sparse Merkle map over ids.
        bytes32 mapRoot;
        /// RFC 6962 root of the log of commits.
        bytes32 logRoot;
        /// SHA-256 digest of the CIDv1 of the version's CAR root.
        bytes32 cidDigest;
        /// Arweave transaction or data item, or zero.
        bytes32 arweaveId;
        /// Commit hash of the version before, or zero for the first.
        bytes32 previous;
        /// The proposal that brought it into force; set by the registry.
        uint256 proposalId;
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
        SubmissionState state;
        /// Leaf hash of the record: SHA-256(0x00 || canonical JSON).
        bytes32 recordHash;
        /// Where the record can be read: SHA-256 digest of its raw CIDv1.
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
    event SubmissionRejected(uint256 indexed submissionId);
    event SubmissionSlashed(uint256 indexed submissionId);
    event SubmissionWithdrawn(uint256 indexed submissionId);
    event ExperienceStakeSet(uint256 oldStake, uint256 newStake);
    event PersonhoodSet(address oldPersonhood, address newPersonhood);

    error RegistryOnlyGovernance(address caller);
    error RegistryUnexpectedSequence(uint64 expected, uint64 given);
    error RegistryUnexpectedPrevious(bytes32 expected, bytes32 given);
    error RegistryEmptyField(string field);
    error RegistryUnknownVersion(uint64 seq);
    error RegistryUnknownSubmission(uint256 submissionId);
    error RegistrySubmissionNotPending(uint256 submissionId, SubmissionState state);
    error RegistryTooManySubmissions(uint256 given, uint256 maximum);
    error RegistryNotContributor(uint256 submissionId, address caller);
    error RegistryTooEarly(uint256 submissionId, uint48 withdrawableAt);
    error RegistryPersonhoodRequired(address account);
    error RegistryInvalidStake(uint256 stake);
    error RegistryZeroAddress();

    /// @notice Brings a version into force; only governance, through an executed proposal.
    /// @param version `seq` and `previous` must continue the version in force; `timestamp` and `proposalId` are set here.
    /// @param accepted Pending submissions that the version took in; at most 64.
    /// @param rejected Pending submissions that governance turned down with it; at most 64.
    function publish(
        Version calldata version,
        uint256 proposalId,
        uint256[] calldata accepted,
        uint256[] calldata rejected
    ) external;

    /// @notice Offers an experience; pulls the stake that {requiredStake} tells from the caller into the vault.
    function submit(bytes32 recordHash, bytes32 cidDigest) external returns (uint256 submissionId);

    /// @notice Takes back a submission that no version took in for 30 days, with its stake.
    function withdraw(uint256 submissionId) external;

    /// @notice Marks a pending submission as malicious; half of its stake is lost. Only governance.
    function slash(uint256 submissionId) external;

    /// @notice The version in force; reverts while there is none.
    function latest() external view returns (Version memory);

    function versionAt(uint64 seq) external view returns (Version memory);

    /// @notice Number of versions; also the sequence number of the one in force.
    function versionCount() external view returns (uint64);

    /// @notice Whether a record stands at `index` of version `seq`, by the proof that `zoo ledger prove` writes.
    /// @param record Canonical JSON of the record, as it is hashed into its leaf.
    function verifyInclusion(uint64 seq, uint64 index, bytes calldata record, bytes32[] calldata path)
        external
        view
        returns (bool);

    function submission(uint256 submissionId) external view returns (Submission memory);

    /// @notice KEEPER that `account` must stake for its next submission.
    function requiredStake(address account) external view returns (uint256);
}

import FaceData
import FaceRuns

/// Reads and checks sets, and reports its progress.
struct SetReader {
    let configuration: StudyConfiguration
    let folder: StudyFolder
    let control: StudyControl
    let draws: Bool
    /// Fingerprints of each test set's pictures, as far as computed.
    var pictures: [String: PictureTable] = [:]
    /// Results of scans, from this or another process.
    var found: FoundSets

    init(
        configuration: StudyConfiguration, folder: StudyFolder, control: StudyControl, draws: Bool,
        found: FoundSets
    ) {
        self.configuration = configuration
        self.folder = folder
        self.control = control
        self.draws = draws
        self.found = found
    }

    /// A test set with the scan of its images; nil if they are not rendered yet.
    struct ScannedTest {
        let prepared: PreparedTest
        let scan: ImageScan?
    }
}

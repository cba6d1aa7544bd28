public import Foundation

/// The features of MegaFace's probes and distractors in insightface's layout:
/// `facescrub/PERSON/IMAGE_SUFFIX.bin` and `megaface/A/B/IMAGE_SUFFIX.bin`.
public struct MegaFaceFeatures: Sendable {
    /// Features of the probes; `[probes, dimension]`.
    public private(set) var probes: [Float] = []
    /// The person of each probe.
    public let people: [String]
    /// Features of the distractors, in the order of the list; `[distractors, dimension]`.
    public private(set) var distractors: [Float] = []
    /// Number of components of a feature.
    public private(set) var dimension = 0
    /// Numbers of probes and distractors that are left out as noise.
    public let noisy: (probes: Int, distractors: Int)

    /// Reads all features except noise.
    ///
    /// - Parameters:
    ///   - folder: The folder that contains `facescrub` and `megaface`.
    ///   - lists: The folder of the lists.
    ///   - suffix: What follows the image's name, e.g. `insightface`.
    ///   - limit: The most distractors that are read; nil for all.
    /// - Throws: ``FaceDataError`` with the invalid file, and line in case of a list.
    public init(
        features folder: URL, lists: URL, suffix: String = "insightface", limit: Int? = nil
    ) throws(FaceDataError) {
        let lists = try MegaFaceLists(lists, limit: limit)
        people = lists.probes.map(\.person)
        noisy = lists.noisy
        func file(_ path: String) -> URL { folder.appendingPathComponent("\(path)_\(suffix).bin") }
        for probe in lists.probes { probes += try feature(file(probe.path)) }
        for path in lists.distractors { distractors += try feature(file(path)) }
    }

    private mutating func feature(_ file: URL) throws(FaceDataError) -> [Float] {
        let values = try MegaFaceFile.read(file)
        if dimension == 0 { dimension = values.count }
        guard values.count == dimension else {
            throw .badStructure(
                path: file.path, offset: 0,
                reason: "it has \(values.count) numbers, but the features before have \(dimension)")
        }
        return values
    }
}

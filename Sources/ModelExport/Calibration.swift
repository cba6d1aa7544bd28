import FaceData
import FaceModels
import Foundation
import ONNX
import OpenVINO
import SafeFiles
import Torch

/// Determines the ranges of a network's values on faces. Every second image of a set calibrates, and the
/// others are for the comparison.
struct Calibration {
    /// Minimum number of images in a set.
    static let minImages = 64
    /// Maximum number of images to calibrate with; more hardly change the ranges.
    static let maxImages = 128
    /// Batch size; small, since all of a network's results are kept.
    private static let batch = 4

    private let faces: any ImageSource
    /// Indices of the images to calibrate with.
    let chosen: [Int]

    /// Chooses images, evenly spaced.
    ///
    /// - Throws: ``ModelExportError/fewImages(path:count:)``.
    init(_ faces: any ImageSource) throws(ModelExportError) {
        guard faces.count >= Self.minImages else {
            throw .fewImages(path: faces.location.path, count: faces.count)
        }
        self.faces = faces
        let count = min(Self.maxImages, faces.count / 2)
        chosen = (0..<count).map { $0 * faces.count / count }
    }

    /// Images that were not calibrated with: the ones after those that were.
    func others(_ count: Int) -> any ImageSource {
        let places = (0..<min(count, chosen.count)).map { chosen[$0 * chosen.count / count] + 1 }
        return SelectedImages(places, of: faces)
    }

    /// The ranges of the inputs of a network's products, by the names of the tensors.
    ///
    /// - Parameter folder: Folder for a temporary file that OpenVINO reads.
    func ranges(
        of network: ExportedNetwork, _ metadata: ModelFile.Metadata, threads: Int, in folder: URL
    ) throws -> [String: ActivationRange] {
        let (data, names) = try network.observed()
        let file = folder.appendingPathComponent("observed.onnx")
        try AtomicFile.write(data, to: file)
        defer { try? FileManager.default.removeItem(at: file) }
        let side = metadata.inputSize
        let observed = try OpenVINONetwork(file, shape: [nil, 3, side, side], threads: threads)
        var statistics = [ActivationStatistics](
            repeating: ActivationStatistics(), count: names.count)
        var input = ActivationStatistics()
        let loader = BatchLoader(
            faces, count: (chosen.count + Self.batch - 1) / Self.batch, side: side
        ) { [chosen] in
            let start = $0 * Self.batch
            return BatchLoader.Request(
                indices: Array(chosen[start..<min(start + Self.batch, chosen.count)]))
        }
        while let batch = try loader.next() {
            let images = metadata.normalization.images(
                pixels: batch.pixels, count: batch.count, height: batch.height,
                width: batch.width, format: .contiguous, device: .cpu)
            let values = images.array(of: Float.self)
            input.add(values, shape: images.shape)
            let outputs = try observed.outputs(values, shape: images.shape, count: names.count)
            for (place, output) in outputs.enumerated() {
                statistics[place].add(output.values, shape: output.shape)
            }
        }
        var ranges = Dictionary(
            zip(names, statistics).compactMap { name, found in found.range.map { (name, $0) } },
            uniquingKeysWith: { first, _ in first })
        ranges[ExportedNetwork.input] = input.range
        return ranges
    }
}

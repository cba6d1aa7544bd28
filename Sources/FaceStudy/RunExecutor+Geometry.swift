import FaceData
import FaceEmbedding
import FaceEvaluation
import FaceLosses
import FaceModels
import FaceRuns
import FaceTraining
import Foundation
import Spelling
import Torch

extension RunExecutor {
    /// Measures the geometry of a finished run that has none because an earlier version made it.
    ///
    /// A failure is reported, and the run stays finished.
    func addGeometry() throws {
        let files = FileManager.default
        guard !files.fileExists(atPath: context.folder.geometryURL.path),
            files.fileExists(atPath: context.folder.modelURL.path)
        else { return }
        do {
            try context.folder.write(try measureStoredModel())
        } catch  where FaceStudyError(stopping: error) == nil {
            context.control.listener(
                .warning(
                    "the geometry of the embeddings of \(quoted: context.run.folderName) is unknown: \(error)"
                ))
        }
    }

    private func measureStoredModel() throws -> RunGeometry {
        LibTorch.setThreads(context.compute.threads)
        LibTorch.setDeterministic(true)
        let (backbone, metadata) = try ModelFile.read(
            context.folder.modelURL, device: try Device.named(context.compute.device))
        let embedder = try Embedder(
            backbone: backbone, normalization: metadata.normalization, compute: context.compute,
            batchSize: context.configuration.evaluation.batchSize)
        let head = FileManager.default.fileExists(atPath: context.folder.headURL.path)
        let measurement = GeometryMeasurement(
            embedder: SetEmbedder(embedder: embedder, size: context.configuration.inputSize),
            train: context.trainSet,
            weights: head ? try HeadFile.read(context.folder.headURL).tensors["weight"] : nil)
        return try FaceStudyError.lostImages {
            let tests = try context.tests.map { test in
                (test: test, views: try originals(of: test, embedder))
            }
            return try measurement.measure(tests: tests) {
                try context.control.report(.evaluating(context.run, "training images", $0, $1))
            }
        }
    }

    private func originals(
        of test: PreparedTest, _ embedder: Embedder
    ) throws -> EmbeddingViews {
        let source = test.pairs.source
        return try embedder.embeddings(
            of: source, size: context.configuration.inputSize, mirroring: false
        ) {
            try context.control.report(.evaluating(context.run, test.facts.name, $0, source.count))
        }
    }
}

import FaceData
import FaceEvaluation
import FaceLosses
import FaceModels
import FaceRuns
import FaceTraining
import Foundation
import Torch

extension RunExecutor {
    /// Measures the geometry of a run that was finished without, by a former version.
    ///
    /// What keeps it from being measured is told, and the run stays finished.
    func addGeometry() throws {
        let files = FileManager.default
        guard !files.fileExists(atPath: folder.geometryURL.path),
            files.fileExists(atPath: folder.modelURL.path)
        else { return }
        do {
            try folder.write(try measureStoredModel())
        } catch  where FaceStudyError(stopping: error) == nil {
            control.listener(
                .warning("where the embeddings of '\(run.folderName)' lie is not known: \(error)"))
        }
    }

    private func measureStoredModel() throws -> RunGeometry {
        LibTorch.setThreads(compute.threads)
        LibTorch.setDeterministic(true)
        let (backbone, metadata) = try ModelFile.read(
            folder.modelURL, device: try Device.named(compute.device))
        let embedder = try Embedder(
            backbone: backbone, normalization: metadata.normalization, compute: compute,
            batchSize: configuration.evaluation.batchSize)
        let head = FileManager.default.fileExists(atPath: folder.headURL.path)
        let measurement = GeometryMeasurement(
            embedder: embedder, inputSize: configuration.inputSize, train: trainSet,
            weights: head ? try HeadFile.read(folder.headURL).tensors["weight"] : nil)
        return try FaceStudyError.lostImages {
            let tests = try data.tests.map { test in
                (test: test, views: try originals(of: test, embedder))
            }
            return try measurement.measure(tests: tests) {
                try control.report(.evaluating(run, "training images", $0, $1))
            }
        }
    }

    private func originals(
        of test: PreparedTest, _ embedder: Embedder
    ) throws -> EmbeddingViews {
        let source = test.pairs.source
        return try embedder.embeddings(
            of: source, size: configuration.inputSize, mirroring: false
        ) {
            try control.report(.evaluating(run, test.facts.name, $0, source.count))
        }
    }
}

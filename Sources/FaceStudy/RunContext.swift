import FaceData
import FaceEmbedding
import FaceModels
import FaceRuns
import FaceTraining
import SafeFiles

/// The settings and data that all runs of a study share.
struct StudyContext {
    let configuration: StudyConfiguration
    /// The meaning of `auto` on this machine.
    let compute: ComputeConfiguration
    let folder: StudyFolder
    /// All sets, read and checked.
    let data: PreparedData
    /// The initial weights of networks; nil for random ones.
    let start: StudyStart?
    /// Progress and cancellation.
    let control: StudyControl
    /// This process as a worker of the study; nil if nothing is run.
    var worker: StudyWorker?
    /// Whether all processes of a training have all sets, so that they embed them together.
    var embedsTogether = false

    /// The context of one of the study's runs.
    func run(_ run: PlannedRun) -> RunContext {
        RunContext(
            run: run, study: self, configuration: configuration.configuration(of: run),
            folder: folder.run(named: run.folderName))
    }
}

/// The settings and data of one run.
struct RunContext {
    let run: PlannedRun
    /// The context that it shares with the other runs of its study.
    let study: StudyContext
    /// The study's configuration with the run's own settings.
    let configuration: StudyConfiguration
    let folder: RunFolder
    /// This process's lease of the run; nil if no other process can take it.
    var lease: Lease?

    /// Refuses to continue if another process has taken over the run; called before anything is written.
    ///
    /// - Throws: ``FaceStudyError/lostRun(name:holder:)``.
    func requireHeld() throws(FaceStudyError) {
        guard let lease, !lease.isHeld else { return }
        throw .lostRun(
            name: run.folderName, holder: lease.presentHolder?.description ?? "another process")
    }

    /// Embeds sets with the run's network, together with the other processes of the training if they have
    /// the sets.
    func embedder(_ model: Model) throws -> SetEmbedder {
        SetEmbedder(
            embedder: try Embedder(
                backbone: model.backbone, normalization: configuration.input.normalization,
                compute: compute, batchSize: configuration.evaluation.batchSize),
            size: configuration.inputSize, team: study.embedsTogether ? control.team : nil,
            keeping: model.backbone)
    }

    /// Whether the run is a try of a tuning, of which no model is kept.
    var isTry: Bool { run.settings?.tryName != nil }
    /// Device and precision of the network.
    var compute: ComputeConfiguration { study.compute }
    /// The study's test sets.
    var tests: [PreparedTest] { study.data.tests }
    /// The study's test sets of templates, and MegaFace.
    var templates: [PreparedTemplates] { study.data.templates }
    /// The run's training set.
    var trainSet: PreparedTrainSet { study.data.train[run.trainIndex] }
    /// Progress and cancellation.
    var control: StudyControl { study.control }
}

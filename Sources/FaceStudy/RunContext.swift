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
    /// How the study is watched and stopped.
    let control: StudyControl
    /// This process among those that work on the study; nil if nothing is run.
    var worker: StudyWorker?
    /// Whether all processes that compute trainings together have all sets, so that they embed them together.
    var embedsTogether = false

    /// The context of one of the study's runs.
    func run(_ run: PlannedRun) -> RunContext {
        RunContext(
            run: run, study: self, configuration: configuration.configuration(of: run),
            folder: folder.run(named: run.folderName))
    }
}

/// All that one run is made of, in one value.
struct RunContext {
    let run: PlannedRun
    /// The context that it shares with the other runs of its study.
    let study: StudyContext
    /// The study's grid, with what the run has in place of the study's own settings.
    let configuration: StudyConfiguration
    let folder: RunFolder
    /// The claim of this process on the run; nil if no other process can have it.
    var lease: Lease?

    /// Refuses to continue when another process has taken over the run: asked before anything is written.
    ///
    /// - Throws: ``FaceStudyError/lostRun(name:holder:)``.
    func requireHeld() throws(FaceStudyError) {
        guard let lease, !lease.isHeld else { return }
        throw .lostRun(
            name: run.folderName, holder: lease.presentHolder?.description ?? "another process")
    }

    /// Embeds sets with the run's network, with the other processes of its training where they have the sets.
    func embedder(_ model: Model) throws -> SetEmbedder {
        SetEmbedder(
            embedder: try Embedder(
                backbone: model.backbone, normalization: configuration.input.normalization,
                compute: compute, batchSize: configuration.evaluation.batchSize),
            size: configuration.inputSize, team: study.embedsTogether ? control.team : nil)
    }

    /// Whether the run is a try, of which only the result of its setting is kept.
    var isTry: Bool { run.settings?.tryName != nil }
    /// The device and precision with which the network is computed.
    var compute: ComputeConfiguration { study.compute }
    /// The study's test sets.
    var tests: [PreparedTest] { study.data.tests }
    /// The study's test sets of templates.
    var templates: [PreparedTemplates] { study.data.templates }
    /// The run's training set.
    var trainSet: PreparedTrainSet { study.data.train[run.trainIndex] }
    /// How the study is watched and stopped.
    var control: StudyControl { study.control }
}

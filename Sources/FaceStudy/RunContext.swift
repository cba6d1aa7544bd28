import FaceData
import FaceModels
import FaceRuns

/// What all runs of a study share.
struct StudyContext {
    /// The grid.
    let configuration: StudyConfiguration
    /// What `auto` means on this machine.
    let compute: ComputeConfiguration
    /// The study's folder.
    let folder: StudyFolder
    /// All sets, read and checked.
    let data: PreparedData
    /// How the study is watched and stopped.
    let control: StudyControl

    /// The context of one of the study's runs.
    func run(_ run: PlannedRun) -> RunContext {
        RunContext(run: run, study: self, folder: folder.run(named: run.folderName))
    }
}

/// All that one run is made of, in one value.
struct RunContext {
    /// What is trained.
    let run: PlannedRun
    /// What it shares with the other runs of its study.
    let study: StudyContext
    /// The run's folder.
    let folder: RunFolder

    /// The study's grid.
    var configuration: StudyConfiguration { study.configuration }
    /// Where and with what the network is computed.
    var compute: ComputeConfiguration { study.compute }
    /// The study's test sets.
    var tests: [PreparedTest] { study.data.tests }
    /// The study's test sets of templates.
    var templates: [PreparedTemplates] { study.data.templates }
    /// What the run is trained on.
    var trainSet: PreparedTrainSet { study.data.train[run.trainIndex] }
    /// How the study is watched and stopped.
    var control: StudyControl { study.control }
}

import FaceData
import FaceRuns
import FaceSynthesis
import Foundation

/// A training set that was read and checked.
struct PreparedTrainSet {
    /// The images that decode.
    let set: LabelledImageSet
    /// What the report says about it.
    let facts: TrainSetFacts
}

/// All sets of a study, read and checked once.
struct PreparedData {
    let train: [PreparedTrainSet]
    let tests: [PreparedTest]
}

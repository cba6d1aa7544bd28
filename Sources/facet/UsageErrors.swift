import FaceConfiguration
import FaceData
import FaceDetection
import FaceLosses
import FaceModels
import FaceStudy
import FaceSynthesis
import FaceTraining
import Processes

/// The errors of the modules that are usage errors (exit code 2) rather than failures (1).
enum UsageErrors {
    @Sendable
    static func contains(_ error: any Error) -> Bool {
        switch error {
        case let error as FaceLossesError: contains(error)
        case let error as FaceModelsError: contains(error)
        case let error as FaceStudyError: contains(error)
        case FaceDataError.sampler, FaceDetectionError.unknown, FaceSynthesisError.invalidValue,
            FaceTrainingError.configuration, ProcessError.environment, FaceConfigurationError.file,
            FaceConfigurationError.value:
            true
        default: false
        }
    }

    private static func contains(_ error: FaceLossesError) -> Bool {
        switch error {
        case .ambiguousName, .noClassSampling, .noTargetLogit, .parameter, .productOutOfRange,
            .severalClassifications, .unknownLoss:
            true
        case .nameTaken, .noClasses, .notAHead: false
        }
    }

    private static func contains(_ error: FaceModelsError) -> Bool {
        switch error {
        case .ambiguousName, .inputTooSmall, .parameter, .unknownBackbone: true
        case .notAModel, .otherBackbone, .weights: false
        }
    }

    private static func contains(_ error: FaceStudyError) -> Bool {
        switch error {
        case .duplicate, .empty, .setName, .tunedLoss, .tuning, .unknownValue: true
        default: false
        }
    }
}

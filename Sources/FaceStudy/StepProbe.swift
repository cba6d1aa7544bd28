import FaceModels
import FaceTraining
import Torch

/// A backbone that takes steps with grey images, to measure what they cost.
struct StepProbe {
    private let backbone: any Backbone
    private let optimizer: any Optimizer
    private let side: Int
    private let compute: ComputeConfiguration
    private let device: Device

    init(
        _ specification: BackboneSpecification, _ configuration: StudyConfiguration,
        _ compute: ComputeConfiguration
    ) throws {
        self.compute = compute
        device = try Device.named(compute.device)
        side = configuration.inputSize
        backbone = try BackboneCatalogue.make(
            specification, inputSize: side, initial: InitialWeights(seed: 0, device: device))
        optimizer = configuration.training.makeOptimizer(backbone.state.parameters)
    }

    /// Images of one colour, as the backbone takes them.
    func images(_ count: Int) -> Tensor {
        InputNormalization.standard.images(
            pixels: [UInt8](repeating: 127, count: count * side * side * 3), count: count,
            height: side, width: side, format: compute.memoryFormat, device: device)
    }

    /// A training step, to its end.
    func train(_ images: Tensor) {
        optimizer.clearGradients()
        compute.withKernels {
            withPrecision(compute.precision, on: device) { backbone.measuredPass(images) }
                .backward()
        }
        optimizer.step(learningRate: 1e-6)
        device.synchronize()
    }

    /// Embeddings of images, which are thrown away.
    func embed(_ images: Tensor) {
        compute.withKernels {
            withoutGradients {
                withPrecision(compute.precision, on: device) {
                    _ = backbone(images, training: false).array(of: Float.self)
                }
            }
        }
    }
}

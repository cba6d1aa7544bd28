import FaceModels
import FaceTraining
import Torch

/// A backbone that performs steps with grey images, to measure their cost.
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

    /// Images of one colour, in the backbone's input format.
    func images(_ count: Int) -> Tensor {
        InputNormalization.standard.images(
            pixels: [UInt8](repeating: 127, count: count * side * side * 3), count: count,
            height: side, width: side, format: compute.memoryFormat, device: device)
    }

    /// A complete training step.
    func train(_ images: Tensor) {
        optimizer.clearGradients()
        compute.withKernels {
            withPrecision(compute.precision, on: device) { backbone.measuredPass(images) }
                .backward()
        }
        optimizer.step(learningRate: 1e-6)
        device.synchronize()
    }

    /// Embeds images and discards the embeddings.
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

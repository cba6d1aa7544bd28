import FaceModels
import FaceStudy
import Testing

@Suite("Measuring a backbone", .serialized)
struct BackboneMeasurementTests {
    @Test("gives rates and memory of a step")
    func measure() throws {
        let specification = try BackboneSpecification(parsing: "mobilenetv1:width=0.05")
        let found = try BackboneMeasurement(specification, inputSize: 16, batchSize: 2)
        #expect(found.batchSize == 2)
        #expect(found.trainedPerSecond > 0 && found.trainedPerSecond.isFinite)
        #expect(found.embeddedPerSecond > 0 && found.embeddedPerSecond.isFinite)
        let small = try BackboneSpecification(parsing: "deepface")
        #expect(throws: FaceModelsError.self) {
            try BackboneMeasurement(small, inputSize: 32, batchSize: 2)
        }
    }
}

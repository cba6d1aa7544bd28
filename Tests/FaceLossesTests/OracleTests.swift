import FaceLosses
import Foundation
import Testing

/// Every loss against loops over plain numbers and finite differences; see
/// `Fixtures/make_oracle.py`.
@Suite("Oracle")
struct OracleTests {
    @Test("gives the same losses and gradients in float64")
    func values() throws {
        let oracle = try GoldenTests.golden("oracle")
        for entry in oracle.entries {
            let found = try Evaluation(entry.specification, oracle.sample)
            expectClose(found.loss, entry.loss, tolerance: 1e-10, entry.specification)
            for name in ["embeddings", "weight"] where entry.isSingle(name) {
                expectClose(
                    found.gradients[name] ?? [], entry.gradients[name]?.values ?? [],
                    tolerance: 1e-7, columns: oracle.sample.size,
                    "\(entry.specification), gradient of \(name)")
            }
        }
    }

    @Test("knows every loss of the catalogue that no other suite does")
    func completeness() throws {
        let oracle = try GoldenTests.golden("oracle")
        let golden = try GoldenTests.golden("golden")
        let known = Set(
            try (oracle.entries + golden.entries).flatMap {
                try LossSpecification(parsing: $0.specification).name.split(separator: "+")
            }.map(String.init))
        // Marginal Loss has an oracle in Swift.
        #expect(Set(LossCatalogue.descriptors.map(\.name)).subtracting(known) == ["marginal"])
    }
}

extension GoldenTests.Golden.Entry {
    /// Whether the tensor of the loss is the sample's, and not several times as large.
    fileprivate func isSingle(_ name: String) -> Bool {
        name == "embeddings" || !specification.hasPrefix("subcenter")
    }
}

import Testing

/// Expects numbers to agree, and says where they agree least.
///
/// - Parameter tolerance: The largest difference, as a fraction of 1 + |expected|.
func expectClose(
    _ found: [Double], _ expected: [Double], tolerance: Double, columns: Int = 1,
    _ name: String = "", sourceLocation: SourceLocation = #_sourceLocation
) {
    guard found.count == expected.count else {
        Issue.record(
            "\(name): \(found.count) numbers instead of \(expected.count)",
            sourceLocation: sourceLocation)
        return
    }
    let errors = zip(found, expected).map { found, expected in
        let error = abs(found - expected) / (1 + abs(expected))
        return error.isNaN ? .infinity : error
    }
    guard let worst = errors.indices.max(by: { errors[$0] < errors[$1] }) else { return }
    #expect(
        errors[worst] <= tolerance,
        """
        \(name)[\(worst / columns), \(worst % columns)] is \(found[worst]) instead of \
        \(expected[worst]): \(errors[worst]) off, \(tolerance) allowed
        """,
        sourceLocation: sourceLocation)
}

func expectClose(
    _ found: Double, _ expected: Double, tolerance: Double, _ name: String = "value",
    sourceLocation: SourceLocation = #_sourceLocation
) {
    expectClose(
        [found], [expected], tolerance: tolerance, name, sourceLocation: sourceLocation)
}

/// Expects a loss's gradients to be the derivatives of a function of plain numbers.
///
/// - Parameter function: The loss; differences of fourth order are taken of it.
func expectGradients(
    _ evaluation: Evaluation, of sample: Sample, tolerance: Double = 1e-7,
    sourceLocation: SourceLocation = #_sourceLocation, _ function: (Sample) -> Double
) {
    let rows: [(Component.Tensor, Int, Int)] = [
        (.embeddings, sample.embeddings.count, sample.size),
        (.weight, sample.classes, sample.size), (.bias, 1, sample.classes),
    ]
    for (tensor, count, columns) in rows {
        guard let gradient = evaluation.gradients[tensor.rawValue] else { continue }
        let expected = (0..<count * columns).map { index in
            derivative { step in
                function(sample.moving(tensor, index / columns, index % columns, by: step))
            }
        }
        expectClose(
            gradient, expected, tolerance: tolerance, columns: columns,
            "gradient of \(tensor.rawValue)", sourceLocation: sourceLocation)
    }
}

/// The derivative at 0 by central differences of fourth order.
func derivative(_ function: (Double) -> Double, step: Double = 1e-4) -> Double {
    let near = function(step) - function(-step)
    let far = function(2 * step) - function(-2 * step)
    return (8 * near - far) / (12 * step)
}

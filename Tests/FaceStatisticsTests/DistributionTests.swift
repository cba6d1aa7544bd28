import FaceStatistics
import Foundation
import Testing

@Suite("Distributions, against SciPy")
struct DistributionTests {
    let golden: Golden.Functions

    init() throws {
        golden = try Golden.read().functions
    }

    @Test("The gamma function and its integrals")
    func gamma() {
        for row in golden.logGamma {
            #expect(error(GammaFunctions.logGamma(row[0]), row[1], floor: 1) < 2e-14, "\(row)")
        }
        for row in golden.gamma {
            let fractions = GammaFunctions.incomplete(row[0], row[1])
            #expect(error(fractions.lower, row[2]) < 1e-11, "\(row)")
            #expect(error(fractions.upper, row[3], floor: 1e-12) < 1e-11, "\(row)")
        }
        for row in golden.chiSquare {
            let distribution = ChiSquareDistribution(degreesOfFreedom: row[1])
            #expect(error(distribution.survival(row[0]), row[2]) < 1e-12, "\(row)")
        }
    }

    @Test("The incomplete beta integral")
    func beta() {
        for row in golden.beta {
            let fractions = BetaFunctions.incomplete(row[0], 1 - row[0], row[1], row[2])
            #expect(error(fractions.lower, row[3], floor: 1e-3) < 1e-11, "\(row)")
            #expect(error(fractions.upper, row[4], floor: 1e-3) < 1e-11, "\(row)")
            #expect(
                error(min(fractions.lower, fractions.upper), min(row[3], row[4])) < 1e-10, "\(row)")
        }
    }

    @Test("The normal distribution")
    func normal() {
        for row in golden.normalQuantile {
            #expect(abs(NormalDistribution.quantile(row[0]) - row[1]) < 1e-12, "\(row)")
            #expect(
                error(NormalDistribution.cdf(NormalDistribution.quantile(row[0])), row[0])
                    < 1e-10, "\(row)")
        }
        #expect(NormalDistribution.quantile(0) == -.infinity)
        #expect(NormalDistribution.quantile(1) == .infinity)
    }

    @Test("Student's distribution")
    func student() {
        for row in golden.student {
            let distribution = StudentDistribution(degreesOfFreedom: row[1])
            #expect(error(distribution.twoSidedPValue(row[0]), row[2]) < 1e-10, "\(row)")
            #expect(error(distribution.cdf(row[0]), row[3]) < 1e-11, "\(row)")
        }
        for row in golden.studentBound {
            let distribution = StudentDistribution(degreesOfFreedom: row[1])
            #expect(error(distribution.quantile(twoSided: row[0]), row[2]) < 1e-9, "\(row)")
        }
        let infinite = StudentDistribution(degreesOfFreedom: .infinity)
        #expect(error(infinite.quantile(twoSided: 0.05), 1.959_963_984_540_054) < 1e-12)
        #expect(infinite.quantile(twoSided: 1) == 0)
    }

    @Test("The noncentral t distribution")
    func noncentral() {
        for row in golden.noncentral {
            let distribution = NoncentralStudent(degreesOfFreedom: row[1], shift: row[2])
            #expect(abs(distribution.cdf(row[0]) - row[3]) < 1e-9, "\(row)")
        }
    }

    @Test("The studentized range")
    func range() {
        for row in golden.range {
            let range = StudentizedRange(count: Int(row[1]))
            #expect(abs(range.survival(row[0]) - row[2]) < 1e-9, "\(row)")
        }
        for row in golden.rangeBound {
            let range = StudentizedRange(count: Int(row[1]))
            #expect(abs(range.quantile(upperTail: row[0]) - row[2]) < 1e-7, "\(row)")
        }
    }
}

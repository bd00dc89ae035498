# Cox-Snell R2 from an AUROC by adaptive quadrature, and the shrinkage to expect by root finding.
# Run in this folder: Rscript make.R
library(jsonlite)

input <- expand.grid(
  auroc = c(0.5, 0.55, 0.65, 0.7, 0.8, 0.95), prevalence = c(0.03, 0.48, 0.8)
)
write.csv(input, "input.csv", row.names = FALSE)

r2_cox_snell <- function(auroc, phi) {
  d <- sqrt(2) * qnorm(auroc)
  likelihood <- function(x) {
    logit <- qlogis(phi) + dnorm(x, d, log = TRUE) - dnorm(x, log = TRUE)
    phi * dnorm(x, d) * plogis(logit, log.p = TRUE) +
      (1 - phi) * dnorm(x) * plogis(-logit, log.p = TRUE)
  }
  with <- integrate(likelihood, -12, 12 + d, rel.tol = 1e-13, subdivisions = 1000)$value
  without <- phi * log(phi) + (1 - phi) * log(1 - phi)
  1 - exp(2 * (without - with))
}
# The heuristic shrinkage 1 - P / LR, with the apparent R2 = adjusted R2 / S inside LR.
shrinkage <- function(n, parameters, r2) {
  uniroot(function(s) s - 1 - parameters / (n * log(1 - r2 / s)), c(r2 * (1 + 1e-9), 1),
    tol = 1e-13
  )$root
}

input$r2_cox_snell <- mapply(r2_cox_snell, input$auroc, input$prevalence)
cases <- expand.grid(n = c(48, 300, 5000), parameters = c(1, 8, 24), r2 = c(0.02, 0.121, 0.4))
cases$shrinkage <- mapply(shrinkage, cases$n, cases$parameters, cases$r2)
expected <- list(r2_cox_snell = input, shrinkage = cases)
write_json(expected, "expected.json", auto_unbox = TRUE, digits = I(17), pretty = TRUE)
writeLines(R.version.string, "session.txt")

# Calibration in the large and slope by glm; `val_prob` is rms, to its own tolerance.  Also with
# repeated rows.  glm stops when the deviance does, which can leave 1e-7 in the intercept even at
# epsilon = 1e-14 (column `clipped`), so the intercept is the root of its likelihood equation.
# Run in this folder: Rscript make.R
suppressMessages(library(rms))
library(jsonlite)

set.seed(20240603)
n <- 90
y <- rbinom(n, 1, 0.35)
logit <- rnorm(n, 0.8 * y - 0.7)
input <- data.frame(
  y = y,
  plain = signif(plogis(logit), 12),
  timid = signif(plogis(0.05 * logit - 1), 12),
  extreme = signif(plogis(8 * logit), 12),
  clipped = ifelse(logit > 1.2, 1, ifelse(logit < -2, 0, signif(plogis(logit), 12))),
  reversed = signif(plogis(-logit), 12),
  weight = rpois(n, 1)
)
write.csv(input, "input.csv", row.names = FALSE)

control <- glm.control(epsilon = 1e-14, maxit = 200)
calibration <- function(y, p) {
  logit <- qlogis(pmin(pmax(p, 1e-12), 1 - 1e-12))
  intercept <- uniroot(function(a) sum(y - plogis(a + logit)), c(-30, 30), tol = 1e-15)$root
  by_glm <- unname(coef(glm(y ~ 1, binomial, offset = logit, control = control)))
  stopifnot(abs(intercept - by_glm) < 1e-6)
  list(
    calibration_intercept = intercept,
    calibration_slope = unname(coef(glm(y ~ logit, binomial, control = control))[2]),
    observed_expected = sum(y) / sum(p)
  )
}
repeated <- input[rep(seq_len(n), input$weight), ]
columns <- c("plain", "timid", "extreme", "clipped", "reversed")
expected <- list(
  once = lapply(input[columns], function(p) calibration(input$y, p)),
  repeated = lapply(repeated[columns], function(p) calibration(repeated$y, p)),
  val_prob = list(slope = unname(val.prob(input$plain, input$y, pl = FALSE)["Slope"]))
)
write_json(expected, "expected.json", auto_unbox = TRUE, digits = I(17), pretty = TRUE)
writeLines(c(R.version.string, paste("rms", packageVersion("rms"))), "session.txt")

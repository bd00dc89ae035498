# A logistic regression of one hospital, measured in another one: patients independent, and in
# clusters; paired with a second model.  Run in this folder: Rscript make.R
suppressPackageStartupMessages({
  library(survey)
  library(pROC)
  library(rms)
})

set.seed(20261130)
n <- 260
draw <- function(n, shift) {
  x <- data.frame(x1 = rnorm(n, shift), x2 = rnorm(n), x3 = rbinom(n, 1, 0.4))
  x$cluster <- rep(seq_len(n / 10), each = 10)
  x$y <- rbinom(n, 1, plogis(-0.8 + 0.9 * x$x1 - 0.5 * x$x2 + 0.4 * rnorm(n / 10)[x$cluster]))
  x
}
development <- draw(120, 0)
new <- draw(n, 0.3)
model <- glm(y ~ x1 + x2 + x3, binomial, development)
other <- glm(y ~ x1, binomial, development)
# as written to the file, so that both programs read the same
input <- data.frame(
  y = new$y,
  p = round(predict(model, new, type = "response"), 6),
  q = round(predict(other, new, type = "response"), 6),
  cluster = new$cluster - 1
)
write.csv(input, "input.csv", row.names = FALSE)

logit_interval <- function(estimate, error, quantile) {
  plogis(qlogis(estimate) + c(-1, 1) * quantile * error / (estimate * (1 - estimate)))
}
log_interval <- function(estimate, error, quantile) {
  estimate * exp(c(-1, 1) * quantile * error / estimate)
}

measured <- function(d, clustered) {
  d$brier <- (d$p - d$y)^2
  d$loss <- -(d$y * log(d$p) + (1 - d$y) * log(1 - d$p))
  d$benefit <- (d$p >= 0.4) * (d$y - (1 - d$y) * 0.4 / 0.6)
  d$lp <- qlogis(d$p)
  design <- svydesign(if (clustered) ~cluster else ~1, weights = ~1, data = d)
  t <- qt(0.975, degf(design))
  mean_of <- function(f) {
    m <- svymean(f, design)
    list(estimate = as.numeric(m), error = as.numeric(SE(m)))
  }
  brier <- mean_of(~brier)
  loss <- mean_of(~loss)
  ratio <- svyratio(~y, ~p, design)
  large <- svyglm(y ~ 1 + offset(lp), design, family = quasibinomial(), epsilon = 1e-14)
  slope <- svyglm(y ~ lp, design, family = quasibinomial(), epsilon = 1e-14)
  benefit <- mean_of(~benefit)
  found <- list(
    brier = c(brier$estimate, log_interval(brier$estimate, brier$error, t)),
    calibration_intercept = c(coef(large), coef(large) + c(-1, 1) * t * SE(large)),
    observed_expected = c(
      ratio$ratio, log_interval(as.numeric(ratio$ratio), as.numeric(SE(ratio)), t)
    )
  )
  if (clustered) {
    # the only measures whose interval is another one when patients are independent
    found$calibration_slope <- c(coef(slope)[2], coef(slope)[2] + c(-1, 1) * t * SE(slope)[2])
    found$log_loss <- c(loss$estimate, log_interval(loss$estimate, loss$error, t))
    found[["net_benefit@0.4"]] <- c(benefit$estimate, benefit$estimate + c(-1, 1) * t * benefit$error)
  } else {
    g <- glm(y ~ lp, binomial, d, epsilon = 1e-12)
    error <- sqrt(vcov(g)[2, 2])
    found$calibration_slope <- c(coef(g)[2], coef(g)[2] + c(-1, 1) * qnorm(0.975) * error)
    curve <- roc(d$y, d$p, direction = "<", quiet = TRUE)
    area <- as.numeric(auc(curve))
    found$auroc <- c(area, logit_interval(area, sqrt(var(curve)), qnorm(0.975)))
  }
  lapply(found, as.numeric)
}

differences <- function(d, clustered) {
  d$brier <- (d$p - d$y)^2 - (d$q - d$y)^2
  d$loss <- -(d$y * log(d$p / d$q) + (1 - d$y) * log((1 - d$p) / (1 - d$q)))
  design <- svydesign(if (clustered) ~cluster else ~1, weights = ~1, data = d)
  interval <- function(f) {
    m <- svymean(f, design)
    as.numeric(m) + c(0, -1, 1) * qt(0.975, degf(design)) * as.numeric(SE(m))
  }
  found <- list(brier = interval(~brier), log_loss = interval(~loss))
  if (!clustered) {
    test <- roc.test(
      roc(d$y, d$p, direction = "<", quiet = TRUE), roc(d$y, d$q, direction = "<", quiet = TRUE),
      paired = TRUE, method = "delong"
    )
    found$auroc <- c(as.numeric(test$estimate[1] - test$estimate[2]), test$conf.int)
  }
  found
}

prob <- val.prob(input$p, input$y, pl = FALSE)
expected <- list(
  independent = measured(input, FALSE),
  clustered = measured(input, TRUE),
  differences = differences(input, FALSE),
  differences_clustered = differences(input, TRUE),
  val_prob = as.list(prob[c("C (ROC)", "Brier", "Slope", "Eavg", "E90")])
)
jsonlite::write_json(expected, "expected.json", auto_unbox = TRUE, digits = I(17), pretty = TRUE)
versions <- sapply(c("survey", "pROC", "rms"), function(p) paste(p, packageVersion(p)))
writeLines(c(R.version.string, versions), "session.txt")

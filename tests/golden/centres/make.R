# Random effects by metafor, and the errors of one centre's numbers by pROC, glm and survey.
# Run in this folder: Rscript make.R
suppressMessages({library(metafor); library(pROC)})
library(jsonlite)

# EuroSCORE II in 23 validation studies, as the vignette of metamisc prints them (Debray 2017, BMJ
# 356:i6460).  The standard error of a printed c statistic is Newcombe's fourth (Stat Med 2006
# 25:559).
n <- c(5553, 1027, 1090, 5576, 23740, 3798, 428, 15497, 933, 11170, 498, 2004, 216, 1066, 314, 818,
       461, 12201, 1670, 6191, 250, 503, 50588)
mortality <- c(4.18, 2.73, 3.76, 3.43, 3.14, 5.66, 7.94, 3.53, 9.65, 2.02, 1.61, 3.79, 6.48, 4.22,
               5.73, 1.59, 7.16, 1.72, 7.49, 4.85, 3.60, 4.17, 2.12)
c <- c(.8095, .8670, .81, .79, .808, .85, .72, .818, .67, .72, .72, .84, .77, .72, .77, .642, .7697,
       .80, .82, .83, .76, .856, .77)
events <- round(n * mortality / 100)
others <- n - events
half <- n / 2 - 1
newcombe <- sqrt(c * (1 - c) * (1 + half * (1 - c) / (2 - c) + half * c / (1 + c)) /
                   (events * others))
euroscore <- data.frame(set = "euroscore", estimate = qlogis(c),
                        standard_error = newcombe / (c * (1 - c)))

# BCG vaccine, a public table of metadat: 13 trials, log relative risks
bcg <- escalc("RR", ai = tpos, bi = tneg, ci = cpos, di = cneg, data = dat.bcg)
bcg <- data.frame(set = "bcg", estimate = as.numeric(bcg$yi), standard_error = sqrt(bcg$vi))

set.seed(20261130)
simulated <- function(set, k, tau) {
  error <- runif(k, 0.15, 0.5)
  data.frame(set = set, estimate = rnorm(k, 1, sqrt(tau^2 + error^2)), standard_error = error)
}
# of centres that agree more than chance would have them; Hartung and Knapp's is the narrower
agreeing <- data.frame(set = "agreeing", estimate = c(1, 1.02, 0.97, 1.05),
                       standard_error = c(0.2, 0.3, 0.25, 0.4))
input <- rbind(euroscore, bcg, agreeing, simulated("three", 3, 0.4), simulated("five", 5, 0.2),
               simulated("twenty", 20, 0.3), simulated("two", 2, 0.3))
input$estimate <- signif(input$estimate, 12)
input$standard_error <- signif(input$standard_error, 12)
write.csv(input, "input.csv", row.names = FALSE, quote = FALSE)

exact <- list(threshold = 1e-14, maxiter = 100000, tol = 1e-12, tau2.max = 1e4)
pooled <- function(set) {
  rows <- input[input$set == set, ]
  fit <- function(test) {
    rma(estimate, sei = standard_error, data = rows, method = "REML", test = test, control = exact)
  }
  knha <- fit("knha")
  z <- fit("z")
  profile <- suppressWarnings(confint(knha, control = exact, level = 95))$random
  # the prediction interval of metamisc::valmeta (its calcPredInt): t with k - 2, error of the fit
  ahead <- function(error) qt(0.975, knha$k - 2) * sqrt(knha$tau2 + error^2)
  mean <- as.numeric(coef(knha))
  # a mixture over what tau may be: u is the probability of a Q as small as that of the data
  tau2_of <- function(u) sapply(qchisq(u, knha$k - 1), function(q) {
    excess <- function(tau2) {
      w <- 1 / (rows$standard_error^2 + tau2)
      sum(w * (rows$estimate - weighted.mean(rows$estimate, w))^2) - q
    }
    if (excess(0) <= 0) 0 else uniroot(excess, c(0, 1e5), tol = 1e-12)$root
  })
  below <- function(x) {
    integrate(function(u) {
      sapply(tau2_of(u), function(tau2) {
        w <- 1 / (rows$standard_error^2 + tau2)
        pnorm(x, weighted.mean(rows$estimate, w), sqrt(tau2 + 1 / sum(w)))
      })
    }, 0, 1, rel.tol = 1e-5, subdivisions = 1000, stop.on.error = FALSE)$value
  }
  end <- function(share) uniroot(function(x) below(x) - share, mean + c(-30, 30), tol = 1e-6)$root
  list(
    mixture = if (knha$k > 2) c(end(0.025), end(0.975)) else NULL,
    k = knha$k, mean = mean, tau2 = knha$tau2, i_squared = knha$I2 / 100, q = knha$QE,
    p_value = knha$QEp, knha_error = knha$se, knha_low = knha$ci.lb, knha_high = knha$ci.ub,
    z_error = z$se, z_low = z$ci.lb, z_high = z$ci.ub,
    tau_low = profile["tau", "ci.lb"], tau_high = profile["tau", "ci.ub"],
    new = if (knha$k > 2) list(knha = mean + c(-1, 1) * ahead(knha$se),
                               z = mean + c(-1, 1) * ahead(z$se)) else NULL
  )
}
sets <- unique(input$set)

# patients of one centre, and a model that is a little too sure of itself
m <- 140
logit <- rnorm(m, -0.4, 1.2)
patients <- data.frame(y = rbinom(m, 1, plogis(0.3 + 0.7 * logit)), p = signif(plogis(logit), 12))
write.csv(patients, "patients.csv", row.names = FALSE, quote = FALSE)
curve <- roc(patients$y, patients$p, levels = c(0, 1), direction = "<", quiet = TRUE)
area <- as.numeric(auc(curve))
fitted <- list(epsilon = 1e-14, maxit = 100)
slope <- glm(y ~ qlogis(p), binomial, patients, control = fitted)
oe <- sum(patients$y) / sum(patients$p)
# the same error by leaving out each patient to first order (infinitesimal jackknife)
step <- 1e-6
moved <- sapply(seq_len(m), function(i) {
  w <- replace(rep(1, m), i, 1 + step)
  (log(sum(w * patients$y) / sum(w * patients$p)) - log(oe)) / step
})
centre <- list(
  auroc = list(estimate = area, logit_error = sqrt(var(curve, method = "delong")) /
                 (area * (1 - area))),
  observed_expected = list(estimate = oe, log_error = sqrt(sum(moved^2))),
  calibration_slope = list(estimate = unname(coef(slope)[2]), error = sqrt(vcov(slope)[2, 2]))
)
write_json(list(pooled = sapply(sets, pooled, simplify = FALSE), centre = centre), "expected.json",
           digits = NA, auto_unbox = TRUE, pretty = TRUE)
writeLines(c(R.version.string, paste(c("metafor", "metadat", "pROC", "jsonlite"), sapply(
  c("metafor", "metadat", "pROC", "jsonlite"), function(p) as.character(packageVersion(p))))),
  "session.txt")
